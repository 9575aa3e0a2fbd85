import type { ResultsResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { TextRow } from '../../parts/text-row.tsx';
import { minute } from '../../state/clock.ts';
import { linkTo, view } from '../../state/location.ts';
import { findPeriod } from '../../state/period.ts';
import { listFilters } from '../../state/view.ts';
import { t } from '../../text/text.ts';

const POLL_MS = 30_000;
const SHOWN = 5;

/** The newest texts behind the numbers: the negative ones, unless a filter asks for others. */
export function NewestNegative() {
  const shown = view.value;
  const sentiment = shown.sentiment ?? 'NEGATIVE';
  const query = {
    ...findPeriod(shown, minute.value),
    ...listFilters(shown),
    sentiment,
    order: shown.time,
    include: 'text',
    limit: SHOWN,
  };
  const { value } = useFeed<ResultsResponse>('results', query, POLL_MS);
  if (value === undefined) return null;
  return (
    <section class="card wide">
      <div class="card-head">
        <h2>{t.value.newest_of(t.value[sentiment])}</h2>
        <a href={linkTo({ page: 'texts', sentiment })}>{t.value.all_texts}</a>
      </div>
      {value.results.length === 0 ? <p class="dim">{t.value.nothing_here}</p> : null}
      <ul class="rows">
        {value.results.map((result) => (
          <li key={`${result.source}/${result.record_id}`}>
            <a
              class="row"
              href={linkTo({
                page: 'texts',
                sentiment,
                open: `${result.source}/${result.record_id}`,
              })}
            >
              <TextRow result={result} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
