/** The pages of the dashboard, in the order of the navigation. */
export const PAGES = ['overview', 'texts', 'live', 'alerts', 'jobs', 'pipeline', 'try'] as const;
export type Page = (typeof PAGES)[number];

/** The lengths of time that a user can choose, in milliseconds. */
export const RANGES = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
  '90d': 90 * 86_400_000,
} as const;
export type RangeName = keyof typeof RANGES;

const SENTIMENTS = ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'] as const;
const STATUSES = ['analyzed', 'unsupported_language', 'empty', 'withdrawn'] as const;
const TIMES = ['created_at', 'arrived_at'] as const;

/**
 * All that decides what the user sees. The address of the page holds it, so that a link shows the
 * same, and the back button leads to the view before.
 */
export interface View {
  page: Page;
  range: RangeName;
  /** A period chosen by dragging, in epoch milliseconds. It wins over `range`. */
  from?: number | undefined;
  to?: number | undefined;
  time: (typeof TIMES)[number];
  source?: string | undefined;
  language?: string | undefined;
  sentiment?: (typeof SENTIMENTS)[number] | undefined;
  status?: (typeof STATUSES)[number] | undefined;
  /** Words to look for in the loaded texts. */
  search?: string | undefined;
  /** The record whose details are open, as `source/record_id`, or the job. */
  open?: string | undefined;
}

const DEFAULT_VIEW: View = { page: 'overview', range: '24h', time: 'created_at' };

/**
 * Reads the view from the fragment of an address, such as `#/texts?range=7d&sentiment=NEGATIVE`. A
 * value that the dashboard does not know counts as absent, so that an old link still shows something.
 */
export function parseView(fragment: string): View {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const read = (name: string) => params.get(name) || undefined;
  const [from, to] = [readTime(read('from')), readTime(read('to'))];
  const has_period = from !== undefined && to !== undefined && from < to;
  return {
    page: oneOf(PAGES, path) ?? DEFAULT_VIEW.page,
    range: oneOf(Object.keys(RANGES) as RangeName[], read('range')) ?? DEFAULT_VIEW.range,
    ...(has_period ? { from, to } : {}),
    time: oneOf(TIMES, read('time')) ?? DEFAULT_VIEW.time,
    source: read('source'),
    language: read('language'),
    sentiment: oneOf(SENTIMENTS, read('sentiment')),
    status: oneOf(STATUSES, read('status')),
    search: read('search'),
    open: read('open'),
  };
}

/** Writes the fragment of a view. What is as by default is left out. */
export function formatView(view: View): string {
  const { page, from, to, ...rest } = view;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || value === DEFAULT_VIEW[name as keyof View]) continue;
    params.set(name, String(value));
  }
  if (from !== undefined && to !== undefined) {
    params.set('from', new Date(from).toISOString());
    params.set('to', new Date(to).toISOString());
  }
  const query = params.toString();
  return `#/${page}${query === '' ? '' : `?${query}`}`;
}

/**
 * Changes a view. Another page keeps the filters and closes what is open; a length of time ends a
 * period that was chosen by dragging.
 */
export function changeView(view: View, change: Partial<View>): View {
  const changed = { ...view, ...change };
  if (change.page !== undefined && change.page !== view.page) {
    return { ...changed, search: change.search, status: change.status, open: change.open };
  }
  if (change.range !== undefined) return { ...changed, from: undefined, to: undefined };
  return changed;
}

/** Returns the filters of a view, as the parameters of `GET /overview` and `GET /results`. */
export function listFilters({ source, language, sentiment }: View) {
  return { source, language, sentiment };
}

function oneOf<Value extends string>(
  values: readonly Value[],
  value: string | undefined,
): Value | undefined {
  return values.find((one) => one === value);
}

function readTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
