import type { OverviewResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Chart } from '../../chart/chart.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Filters } from '../../parts/filters.tsx';
import { RangePicker } from '../../parts/range.tsx';
import { minute } from '../../state/clock.ts';
import { show, view } from '../../state/location.ts';
import { findPeriod } from '../../state/period.ts';
import { listFilters } from '../../state/view.ts';
import { f, t } from '../../text/text.ts';
import { Breakdowns } from './breakdowns.tsx';
import { FirstRun } from './first-run.tsx';
import { NewestNegative } from './newest.tsx';
import { SavePicture } from './save-picture.tsx';
import { Tiles } from './tiles.tsx';

const POLL_MS = 15_000;

/** The counts of a period beside those of the period before. */
export function Overview() {
  const shown = view.value;
  const query = { ...findPeriod(shown, minute.value), ...listFilters(shown), time: shown.time };
  const { value, problem, is_stale, refresh } = useFeed<OverviewResponse>(
    'overview',
    query,
    POLL_MS,
  );
  return (
    <>
      <div class="head">
        <div>
          <h1>{t.value.page_overview}</h1>
          {value === undefined ? null : <Periods overview={value} />}
        </div>
        <RangePicker />
      </div>
      <Filters />
      {problem?.kind === 'refused' || problem?.kind === 'right' ? (
        <Failure problem={problem} />
      ) : null}
      {value === undefined ? (
        <Skeleton has_failed={problem !== undefined} />
      ) : isEmpty(value) ? (
        <FirstRun on_published={refresh} />
      ) : (
        <div class={is_stale ? 'content stale' : 'content'} aria-busy={is_stale}>
          <Tiles overview={value} />
          <section class="card wide">
            <div class="card-head">
              <h2>{t.value.sentiment_over_time}</h2>
              <SavePicture />
            </div>
            <Chart overview={value} on_zoom={zoom} />
            <p class="hint">{t.value.zoom_hint}</p>
          </section>
          <Breakdowns overview={value} />
          <NewestNegative />
        </div>
      )}
    </>
  );
}

function zoom(period: { from: number; to: number } | undefined): void {
  show(period ?? { range: view.value.range });
}

function Periods({ overview: { from, to, previous } }: { overview: OverviewResponse }) {
  return (
    <p class="dim">
      <bdi>{f.value.period(from, to)}</bdi> · {t.value.compared_with}{' '}
      <bdi>{f.value.period(previous.from, previous.to)}</bdi>
    </p>
  );
}

/** Whether there is nothing to show and no filter that hides it. */
function isEmpty({ total, withdrawn, previous }: OverviewResponse): boolean {
  const { source, language, sentiment, from } = view.value;
  const has_filter = [source, language, sentiment, from].some((one) => one !== undefined);
  return !has_filter && total + withdrawn + previous.total === 0;
}

/** Grey boxes in the places of what is being loaded. */
function Skeleton({ has_failed }: { has_failed: boolean }) {
  if (has_failed) return null;
  return (
    <div class="content" aria-busy="true">
      <div class="tiles">
        {[1, 2, 3, 4].map((key) => (
          <div class="card tile skeleton" key={key} />
        ))}
      </div>
      <div class="card wide skeleton tall" />
    </div>
  );
}
