import type { OverviewResponse } from '../../../schemas/index.ts';
import {
  compareCounts,
  comparePoints,
  computeFigures,
  type Figures,
  groupCounts,
} from '../../format/figures.ts';
import { Tile } from '../../parts/tile.tsx';
import { f, t } from '../../text/text.ts';

/** Points of a small line. */
const GROUPS = 28;

/** The figures of the period, each with its change and its course. */
export function Tiles({ overview }: { overview: OverviewResponse }) {
  const now = computeFigures(overview);
  const before = computeFigures(overview.previous);
  const course = groupCounts(overview.over_time, GROUPS).map(computeFigures);
  const line = (name: keyof Figures) => course.map((one) => one[name]);
  const share = (value: number | undefined) => (value === undefined ? '–' : f.value.percent(value));
  return (
    <div class="tiles">
      <Tile
        name={t.value.records}
        value={f.value.count(now.records)}
        change={compareCounts(now.records, before.records)}
        line={line('records')}
      >
        {overview.withdrawn === 0 ? null : (
          <span class="dim">{t.value.and_withdrawn(f.value.count(overview.withdrawn))}</span>
        )}
      </Tile>
      <Tile
        name={t.value.net_sentiment}
        value={now.net === undefined ? '–' : f.value.points(now.net)}
        change={comparePoints(now.net, before.net)}
        rise_is="good"
        line={line('net')}
      />
      <Tile
        name={t.value.share_negative}
        value={share(now.negative)}
        change={comparePoints(hundredths(now.negative), hundredths(before.negative))}
        rise_is="bad"
        line={line('negative')}
      />
      <Tile
        name={t.value.share_positive}
        value={share(now.positive)}
        change={comparePoints(hundredths(now.positive), hundredths(before.positive))}
        rise_is="good"
        line={line('positive')}
      />
    </div>
  );
}

const hundredths = (share: number | undefined) => (share === undefined ? undefined : share * 100);
