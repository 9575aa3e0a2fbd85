import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ResultsResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { LAYERS } from '../../chart/stack.ts';
import { Failure } from '../../parts/failure.tsx';
import { Filters } from '../../parts/filters.tsx';
import { TextRow } from '../../parts/text-row.tsx';
import { linkTo, view } from '../../state/location.ts';
import { listFilters } from '../../state/view.ts';
import { f, t } from '../../text/text.ts';
import { countSentiments, mergeNewest } from './merge.ts';

const POLL_MS = 2_000;
const PAGE_SIZE = 50;

type Listed = ResultsResponse['results'];

/** New results as they come. */
export function Live() {
  const filters = listFilters(view.value);
  const query = { ...filters, order: 'arrived_at', include: 'text', limit: PAGE_SIZE };
  const { value, problem, is_stale } = useFeed<ResultsResponse>('results', query, POLL_MS);
  const name = JSON.stringify(filters);
  const [shown, setShown] = useState<{ name: string; results: Listed }>({ name, results: [] });
  const [is_paused, setPaused] = useState(false);
  useEffect(() => {
    if (value === undefined || is_stale || is_paused) return;
    setShown((before) => ({
      name,
      results: mergeNewest(before.name === name ? before.results : [], value.results),
    }));
  }, [value, is_stale, is_paused, name]);
  const results = shown.name === name ? shown.results : [];
  return (
    <>
      <div class="head">
        <div>
          <h1>{t.value.page_live}</h1>
          <p class="dim">{is_paused ? t.value.live_paused : t.value.live_follows}</p>
        </div>
        <button type="button" aria-pressed={is_paused} onClick={() => setPaused(!is_paused)}>
          {is_paused ? t.value.go_on : t.value.pause}
        </button>
      </div>
      <Filters />
      <Failure problem={problem?.kind === 'right' ? problem : undefined} />
      <Mood results={results} />
      <section class="card wide">
        {results.length === 0 ? <p class="dim">{t.value.live_waits}</p> : null}
        <ul class="rows live" aria-label={t.value.page_live}>
          {results.map((result) => {
            const open = `${result.source}/${result.record_id}`;
            return (
              <li key={open}>
                <a class="row" href={linkTo({ page: 'texts', time: 'arrived_at', open })}>
                  <TextRow result={result} time="arrived_at" />
                </a>
              </li>
            );
          })}
        </ul>
      </section>
    </>
  );
}

/** The sentiments of the shown results as one bar. */
function Mood({ results }: { results: Listed }) {
  const counts = useMemo(() => countSentiments(results), [results]);
  if (results.length === 0) return null;
  return (
    <section class="card wide mood">
      <p class="readout">
        <strong>{t.value.newest_count(f.value.count(results.length))}</strong>
        {LAYERS.toReversed().map((layer) => (
          <span class="entry" key={layer}>
            <i class={`swatch ${layer}`} /> {t.value[layer]} <b>{f.value.count(counts[layer])}</b>
          </span>
        ))}
      </p>
      <span class="stack thick">
        {LAYERS.map((layer) => (
          <span
            class={`fill ${layer}`}
            key={layer}
            style={{ inlineSize: `${(counts[layer] / results.length) * 100}%` }}
          />
        ))}
      </span>
    </section>
  );
}
