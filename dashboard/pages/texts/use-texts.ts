import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ResultsResponse } from '../../../schemas/index.ts';
import type { Problem } from '../../api/problem.ts';
import { type Query, requestJson, writePath } from '../../api/request.ts';
import { key } from '../../state/key.ts';

type Listed = ResultsResponse['results'][number];

const PAGE_SIZE = 200;
/** Texts that fit into the memory of a browser without trouble. */
const MOST_TEXTS = 200_000;

/** Texts that fill a screen. */
const LEAST_TEXTS = 40;

export interface Texts {
  results: Listed[];
  /** Whether the API has more. */
  has_more: boolean;
  is_loading: boolean;
  problem: Problem | undefined;
  /** Loads the next page, unless one is on its way. */
  loadMore: () => void;
  /** Loads page after page until the end, or until the function is called again. */
  toggleLoadAll: () => void;
  loads_all: boolean;
}

/** Loads the results that a query selects, page by page. */
export function useTexts(query: Query): Texts {
  const name = writePath('results', { ...query, limit: PAGE_SIZE });
  const [results, setResults] = useState<Listed[]>([]);
  const [state, setState] = useState({ has_more: true, is_loading: false });
  const [problem, setProblem] = useState<Problem | undefined>();
  const [loads_all, setLoadsAll] = useState(false);
  const run = useRef<Run>({ name, cursor: undefined, is_busy: false, is_done: false });

  const loadMore = useCallback(async () => {
    const mine = run.current;
    if (mine.is_busy || mine.is_done) return;
    mine.is_busy = true;
    setState((before) => ({ ...before, is_loading: true }));
    try {
      const page = await readPage(mine);
      if (run.current !== mine) return;
      setResults((before) => (page.is_first ? page.results : [...before, ...page.results]));
      setState({ has_more: !mine.is_done, is_loading: false });
      setProblem(undefined);
    } catch (error) {
      if (run.current !== mine) return;
      setProblem(error as Problem);
      setLoadsAll(false);
      setState((before) => ({ ...before, is_loading: false }));
    } finally {
      mine.is_busy = false;
    }
  }, []);

  const used_key = key.value;
  useEffect(() => {
    run.current = { name, cursor: undefined, is_busy: false, is_done: false };
    setLoadsAll(false);
    setState({ has_more: true, is_loading: true });
    void loadMore();
  }, [name, used_key, loadMore]);
  useEffect(() => {
    if (loads_all && state.has_more && results.length < MOST_TEXTS) void loadMore();
    else if (loads_all) setLoadsAll(false);
  }, [loads_all, results.length, state.has_more, loadMore]);

  // A page can be empty although there is more: the API searches for a second at a time.
  const needs_more = results.length < LEAST_TEXTS && state.has_more && !state.is_loading;
  useEffect(() => {
    if (needs_more && problem === undefined) void loadMore();
  }, [needs_more, problem, loadMore]);

  const toggleLoadAll = () => setLoadsAll(!loads_all);
  return { results, ...state, problem, loadMore: () => void loadMore(), toggleLoadAll, loads_all };
}

/** One reading of a query. Another query begins another run, and the answers of this one are dropped. */
interface Run {
  name: string;
  cursor: string | undefined;
  is_busy: boolean;
  is_done: boolean;
}

async function readPage(run: Run): Promise<{ results: Listed[]; is_first: boolean }> {
  const is_first = run.cursor === undefined;
  const cursor = is_first ? '' : `&cursor=${encodeURIComponent(run.cursor ?? '')}`;
  const { results, next_cursor } = await requestJson<ResultsResponse>(`${run.name}${cursor}`);
  run.cursor = next_cursor;
  run.is_done = next_cursor === undefined;
  return { results, is_first };
}
