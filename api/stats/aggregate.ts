import {
  addMeasures,
  type Measures,
  MILLIONTHS,
  OUTCOMES,
  type Outcome,
} from '../../insight/counts/measures.ts';
import type { Bucket } from '../../insight/counts/read.ts';
import {
  type Scores,
  SENTIMENTS,
  type Sentiment,
  type StatsResponse,
} from '../../schemas/index.ts';

/** Which records an answer counts. */
export interface StatsFilter {
  source?: string | undefined;
  language?: string | undefined;
  sentiment?: Sentiment | undefined;
}

/** Records of one source, language and outcome in one bucket. */
interface Cell {
  start_ms: number;
  source: string;
  language_code: string;
  outcome: Outcome;
  records: number;
}

type Tally = Pick<StatsResponse, 'total' | 'withdrawn' | 'by_sentiment'>;
type Verdicts = Pick<StatsResponse, 'cache' | 'billing' | 'average_scores'>;
export type Aggregates = Tally &
  Verdicts &
  Pick<StatsResponse, 'as_of' | 'by_source' | 'by_language' | 'over_time'>;

/**
 * Adds up buckets by sentiment, source, language and time. In the lists of sources and languages, the
 * entry with the most records comes first. The list of times has every start, also those without
 * records.
 *
 * @param starts starts of all buckets of the range, in epoch milliseconds.
 */
export function aggregate(
  buckets: Bucket[],
  filter: StatsFilter,
  { starts, usd_per_unit }: { starts: number[]; usd_per_unit: number },
): Aggregates {
  const selected = buckets.filter(({ source }) => source === (filter.source ?? source));
  const cells = selected.flatMap(readCells).filter(createIsAsked(filter));
  const changed_at = Math.max(0, ...selected.map((bucket) => bucket.changed_at));
  const by_start = groupBy(cells, ({ start_ms }) => start_ms);
  return {
    ...(changed_at === 0 ? {} : { as_of: new Date(changed_at).toISOString() }),
    ...tally(cells),
    by_source: largestFirst(groupBy(cells, ({ source }) => source)).map(([source, some]) => {
      return { source, ...some };
    }),
    by_language: largestFirst(groupBy(cells, (cell) => cell.language_code)).map(
      ([language_code, some]) => ({ language_code, ...some }),
    ),
    over_time: starts.map((start) => ({
      start: new Date(start).toISOString(),
      ...tally(by_start.get(start) ?? []),
    })),
    ...(isWhole(filter) ? aggregateVerdicts(selected, usd_per_unit) : {}),
  };
}

/** Returns whether a filter leaves whole buckets. Verdicts are not counted by language. */
function isWhole({ language, sentiment }: StatsFilter): boolean {
  return language === undefined && sentiment === undefined;
}

const OUTCOME_OF = new Map(
  Object.entries(OUTCOMES).map(([outcome, code]) => [code as string, outcome as Outcome]),
);

function readCells({ start_ms, source, measures }: Bucket): Cell[] {
  return Object.entries(measures).flatMap(([name, records]) => {
    const [kind, language_code = '', code = ''] = name.split('.');
    const outcome = OUTCOME_OF.get(code);
    if (kind !== 'n' || outcome === undefined) return [];
    return [{ start_ms, source, language_code, outcome, records }];
  });
}

function createIsAsked({ language, sentiment }: StatsFilter): (cell: Cell) => boolean {
  return ({ language_code, outcome }) =>
    language_code === (language ?? language_code) && outcome === (sentiment ?? outcome);
}

function tally(cells: Cell[]): Tally {
  const by_sentiment = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  let withdrawn = 0;
  for (const { outcome, records } of cells) {
    if (outcome === 'withdrawn') withdrawn += records;
    else by_sentiment[isSentiment(outcome) ? outcome : 'no_verdict'] += records;
  }
  const total = Object.values(by_sentiment).reduce((sum, records) => sum + records, 0);
  return { total, withdrawn, by_sentiment };
}

function isSentiment(outcome: Outcome): outcome is Sentiment {
  return (SENTIMENTS as readonly string[]).includes(outcome);
}

function groupBy<Key>(cells: Cell[], keyOf: (cell: Cell) => Key): Map<Key, Cell[]> {
  const groups = new Map<Key, Cell[]>();
  for (const cell of cells) {
    const group = groups.get(keyOf(cell));
    if (group === undefined) groups.set(keyOf(cell), [cell]);
    else group.push(cell);
  }
  return groups;
}

/** Leaves out groups without records: a correction has moved their records elsewhere. */
function largestFirst(groups: Map<string, Cell[]>): [string, Tally][] {
  return [...groups]
    .map(([name, cells]): [string, Tally] => [name, tally(cells)])
    .filter(([, { total, withdrawn }]) => total + withdrawn > 0)
    .sort(([a, one], [b, other]) => other.total - one.total || (a < b ? -1 : 1));
}

function aggregateVerdicts(buckets: Bucket[], usd_per_unit: number): Verdicts {
  const sum: Measures = {};
  for (const { measures } of buckets) addMeasures(sum, measures);
  const read = (name: string) => sum[name] ?? 0;
  const hits = read('cache.batch') + read('cache.memory') + read('cache.table');
  const misses = read('cache.miss');
  const verdicts = hits + misses;
  const billed_units = read('units.billed');
  const avoided_units = read('units.avoided');
  const average = (name: keyof Scores) =>
    round(verdicts === 0 ? 0 : read(`score.${name}`) / MILLIONTHS / verdicts);
  return {
    cache: { hits, misses, hit_rate: verdicts === 0 ? 0 : hits / verdicts },
    billing: {
      billed_units,
      avoided_units,
      billed_usd: round(billed_units * usd_per_unit),
      avoided_usd: round(avoided_units * usd_per_unit),
    },
    average_scores: {
      positive: average('positive'),
      negative: average('negative'),
      neutral: average('neutral'),
      mixed: average('mixed'),
    },
  };
}

function round(amount: number): number {
  return Number(amount.toFixed(6));
}
