import { useCallback, useMemo } from 'preact/hooks';
import type { OverviewResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Failure } from '../../parts/failure.tsx';
import { Filters } from '../../parts/filters.tsx';
import { RangePicker } from '../../parts/range.tsx';
import { type ListedText, TextRow } from '../../parts/text-row.tsx';
import { WindowList } from '../../parts/window-list.tsx';
import { minute } from '../../state/clock.ts';
import { show, view } from '../../state/location.ts';
import { findPeriod } from '../../state/period.ts';
import { listFilters } from '../../state/view.ts';
import { f, t } from '../../text/text.ts';
import { Details } from './details.tsx';
import { ExportButtons } from './export.tsx';
import { FilterFields } from './filter-fields.tsx';
import { selectMatches } from './matches.ts';
import { type Texts as Loaded, useTexts } from './use-texts.ts';

const ROW_HEIGHT = 60;
const OPTIONS_POLL_MS = 60_000;

/** The texts behind the numbers. */
export function Texts() {
  const shown = view.value;
  const period = findPeriod(shown, minute.value);
  // The list stays as it is while the user reads, so its period does not move with the clock.
  const start = useMemo(() => findPeriod(shown, Date.now()), [shown.range, shown.from, shown.to]);
  const { time, status, search = '', open } = shown;
  const filters = listFilters(shown);
  const include = status === 'withdrawn' ? 'text,withdrawn' : 'text';
  const loaded = useTexts({ ...start, ...filters, status, order: time, include });
  const { value: overview } = useFeed<OverviewResponse>(
    'overview',
    { ...period, time },
    OPTIONS_POLL_MS,
  );
  const matches = useMemo(() => selectMatches(loaded.results, search), [loaded.results, search]);
  const toggle = useCallback((result: ListedText) => {
    const name = nameResult(result);
    show({ open: view.value.open === name ? undefined : name });
  }, []);
  const draw = useCallback((result: ListedText) => <TextRow result={result} />, [t.value]);
  return (
    <>
      <div class="head">
        <h1>{t.value.page_texts}</h1>
        <RangePicker />
      </div>
      <FilterFields overview={overview} />
      <Filters />
      <Failure problem={loaded.problem} />
      <div class={open === undefined ? 'reading' : 'reading with-details'}>
        <section class="card list">
          <Summary loaded={loaded} matches={matches} />
          {matches.length === 0 && !loaded.is_loading ? (
            <p class="empty dim">{loaded.problem === undefined ? t.value.nothing_here : null}</p>
          ) : (
            <WindowList
              items={matches}
              row_height={ROW_HEIGHT}
              label={t.value.page_texts}
              name={nameResult}
              draw={draw}
              on_open={toggle}
              is_open={(result) => nameResult(result) === open}
              on_end={loaded.loadMore}
            />
          )}
        </section>
        {open === undefined ? null : <Details key={open} name={open} />}
      </div>
    </>
  );
}

const nameResult = ({ source, record_id }: ListedText) => `${source}/${record_id}`;

/** How many texts are loaded, and what can be done with them. */
function Summary({ loaded, matches }: { loaded: Loaded; matches: ListedText[] }) {
  const { results, has_more, is_loading, loads_all, toggleLoadAll } = loaded;
  const is_search = matches.length !== results.length;
  return (
    <div class="card-head">
      <p aria-live="polite">
        {is_search
          ? t.value.found_of(f.value.count(matches.length), f.value.count(results.length))
          : t.value.loaded_texts(f.value.count(results.length))}{' '}
        <span class="dim">
          {is_loading ? t.value.loading : has_more ? t.value.more_to_load : ''}
        </span>
      </p>
      <span class="buttons">
        {has_more ? (
          <button type="button" class="plain" onClick={toggleLoadAll}>
            {loads_all ? t.value.stop : t.value.load_all}
          </button>
        ) : null}
        <ExportButtons results={matches} />
      </span>
    </div>
  );
}
