import { useState } from 'preact/hooks';
import type { OverviewResponse } from '../../../schemas/index.ts';
import { LAYERS, type Layer } from '../../chart/stack.ts';
import { compareCounts, computeFigures } from '../../format/figures.ts';
import { ChangeNote } from '../../parts/tile.tsx';
import { show, view } from '../../state/location.ts';
import type { View } from '../../state/view.ts';
import { f, t } from '../../text/text.ts';

type Counts = Pick<OverviewResponse, 'total' | 'by_sentiment'>;

/** One line of a breakdown. */
interface Row extends Counts {
  /** Value of the filter that the line stands for. */
  value: string;
  title: string;
  previous_total: number;
}

/** The records by sentiment, source and language. A click on a line filters everything. */
export function Breakdowns({ overview }: { overview: OverviewResponse }) {
  const sources = overview.by_source.map((one) => ({
    ...one,
    value: one.source,
    title: one.source,
  }));
  const languages = overview.by_language.map((one) => ({
    ...one,
    value: one.language_code,
    title: f.value.language(one.language_code),
  }));
  return (
    <div class="breakdowns">
      <Sentiments overview={overview} />
      <Breakdown name="source" title={t.value.by_source} rows={sources} />
      <Breakdown name="language" title={t.value.by_language} rows={languages} />
    </div>
  );
}

function Sentiments({ overview: { by_sentiment, previous } }: { overview: OverviewResponse }) {
  const layers = LAYERS.toReversed();
  const most = Math.max(1, ...layers.map((layer) => by_sentiment[layer]));
  return (
    <section class="card breakdown">
      <h2>{t.value.by_sentiment}</h2>
      <table>
        <TableHead has_negative={false} />
        <tbody>
          {layers.map((layer) => (
            <SentimentRow
              key={layer}
              layer={layer}
              now={by_sentiment[layer]}
              before={previous.by_sentiment[layer]}
              most={most}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface SentimentRowProps {
  layer: Layer;
  now: number;
  before: number;
  most: number;
}

function SentimentRow({ layer, now, before, most }: SentimentRowProps) {
  return (
    <tr class={view.value.sentiment === layer ? 'chosen' : ''}>
      <th scope="row">
        {layer === 'no_verdict' ? (
          <span class="name">{t.value.no_verdict}</span>
        ) : (
          <FilterButton name="sentiment" value={layer} title={t.value[layer]} />
        )}
      </th>
      <td class="bar">
        <span class={`fill ${layer}`} style={widthOf(now / most)} />
      </td>
      <td class="number">{f.value.count(now)}</td>
      <td class="number small">
        <Compared now={now} before={before} />
      </td>
    </tr>
  );
}

const SHOWN = 8;

function Breakdown({
  name,
  title,
  rows,
}: {
  name: 'source' | 'language';
  title: string;
  rows: Row[];
}) {
  const [shows_all, setShowsAll] = useState(false);
  const sorted = rows.toSorted((a, b) => b.total - a.total);
  const shown = shows_all ? sorted : sorted.slice(0, SHOWN);
  const most = Math.max(1, ...rows.map(({ total }) => total));
  return (
    <section class="card breakdown">
      <h2>{title}</h2>
      {rows.length === 0 ? <p class="dim">{t.value.nothing_here}</p> : null}
      <table>
        <TableHead has_negative />
        <tbody>
          {shown.map((row) => (
            <BreakdownRow key={row.value} name={name} row={row} most={most} />
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN ? (
        <button type="button" class="plain" onClick={() => setShowsAll(!shows_all)}>
          {shows_all ? t.value.show_fewer : t.value.show_all(f.value.count(rows.length))}
        </button>
      ) : null}
    </section>
  );
}

function BreakdownRow({
  name,
  row,
  most,
}: {
  name: 'source' | 'language';
  row: Row;
  most: number;
}) {
  const { negative } = computeFigures(row);
  return (
    <tr class={view.value[name] === row.value ? 'chosen' : ''}>
      <th scope="row">
        <FilterButton name={name} value={row.value} title={row.title} />
      </th>
      <td class="bar">
        <span class="stack" style={widthOf(row.total / most)}>
          {LAYERS.map((layer) => (
            <span
              class={`fill ${layer}`}
              key={layer}
              style={widthOf(row.by_sentiment[layer] / row.total)}
            />
          ))}
        </span>
      </td>
      <td class="number">{f.value.count(row.total)}</td>
      <td class="number">{negative === undefined ? '–' : f.value.percent(negative)}</td>
      <td class="number small">
        <Compared now={row.total} before={row.previous_total} />
      </td>
    </tr>
  );
}

function TableHead({ has_negative }: { has_negative: boolean }) {
  return (
    <thead>
      <tr>
        <th scope="col">{t.value.name}</th>
        <th scope="col">
          <span class="unseen">{t.value.share}</span>
        </th>
        <th scope="col" class="number">
          {t.value.records}
        </th>
        {has_negative ? (
          <th scope="col" class="number">
            {t.value.negative_short}
          </th>
        ) : null}
        <th scope="col" class="number">
          <span class="unseen">{t.value.change}</span>
        </th>
      </tr>
    </thead>
  );
}

interface FilterButtonProps {
  name: 'source' | 'language' | 'sentiment';
  value: string;
  title: string;
}

/** Filters by a value, or ends the filter. */
function FilterButton({ name, value, title }: FilterButtonProps) {
  const is_chosen = view.value[name] === value;
  const change = { [name]: is_chosen ? undefined : value } as Partial<View>;
  return (
    <button type="button" class="name" aria-pressed={is_chosen} onClick={() => show(change)}>
      <bdi>{title}</bdi>
    </button>
  );
}

function Compared({ now, before }: { now: number; before: number }) {
  const change = compareCounts(now, before);
  return change === undefined ? null : <ChangeNote change={change} />;
}

const widthOf = (share: number) => ({
  inlineSize: `${(Number.isFinite(share) ? share : 0) * 100}%`,
});
