import { MILLIONTHS } from '../../insight/counts/measures.ts';
import type { Bucket } from '../../insight/counts/read.ts';
import type { Sentiment, StatsResponse } from '../../schemas/index.ts';
import { type Cell, digest, type VerdictSums } from './digest.ts';

/** Selects the records that an answer counts. */
export interface StatsFilter {
  source?: string | undefined;
  language?: string | undefined;
  sentiment?: Sentiment | undefined;
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
  const sums = addUp(selected, filter);
  return {
    ...(sums.changed_at === 0 ? {} : { as_of: new Date(sums.changed_at).toISOString() }),
    ...sums.all,
    by_source: largestFirst(sums.by_source).map(([source, tally]) => ({ source, ...tally })),
    by_language: largestFirst(sums.by_language).map(([language_code, tally]) => {
      return { language_code, ...tally };
    }),
    over_time: starts.map((start) => ({
      start: new Date(start).toISOString(),
      ...(sums.by_start.get(start) ?? createTally()),
    })),
    ...(isWhole(filter) ? describeVerdicts(selected, usd_per_unit) : {}),
  };
}

/** Returns whether a filter leaves whole buckets. Verdicts are not counted by language. */
function isWhole({ language, sentiment }: StatsFilter): boolean {
  return language === undefined && sentiment === undefined;
}

interface Sums {
  changed_at: number;
  all: Tally;
  by_source: Map<string, Tally>;
  by_language: Map<string, Tally>;
  by_start: Map<number, Tally>;
}

/** Adds up the records in one pass, because a month of hours has tens of thousands of cells. */
function addUp(buckets: Bucket[], { language, sentiment }: StatsFilter): Sums {
  const sums: Sums = {
    changed_at: 0,
    all: createTally(),
    by_source: new Map(),
    by_language: new Map(),
    by_start: new Map(),
  };
  for (const { start_ms, source, measures, changed_at } of buckets) {
    sums.changed_at = Math.max(sums.changed_at, changed_at);
    const of_source = getTally(sums.by_source, source);
    const of_start = getTally(sums.by_start, start_ms);
    for (const cell of digest(measures).cells) {
      if (language !== undefined && cell.language_code !== language) continue;
      if (sentiment !== undefined && cell.outcome !== sentiment) continue;
      count(sums.all, cell);
      count(of_source, cell);
      count(of_start, cell);
      count(getTally(sums.by_language, cell.language_code), cell);
    }
  }
  return sums;
}

function createTally(): Tally {
  const by_sentiment = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  return { total: 0, withdrawn: 0, by_sentiment };
}

function getTally<Key>(tallies: Map<Key, Tally>, key: Key): Tally {
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const tally = createTally();
  tallies.set(key, tally);
  return tally;
}

function count(tally: Tally, { counts_as, records }: Cell): void {
  if (counts_as === undefined) tally.withdrawn += records;
  else {
    tally.by_sentiment[counts_as] += records;
    tally.total += records;
  }
}

/** Leaves out groups without records: a correction has moved their records elsewhere. */
function largestFirst(groups: Map<string, Tally>): [string, Tally][] {
  return [...groups]
    .filter(([, { total, withdrawn }]) => total + withdrawn > 0)
    .sort(([a, one], [b, other]) => other.total - one.total || (a < b ? -1 : 1));
}

function describeVerdicts(buckets: Bucket[], usd_per_unit: number): Verdicts {
  const { hits, misses, billed_units, avoided_units, scores } = addVerdicts(buckets);
  const verdicts = hits + misses;
  const average = (sum: number) => round(verdicts === 0 ? 0 : sum / MILLIONTHS / verdicts);
  return {
    cache: { hits, misses, hit_rate: verdicts === 0 ? 0 : hits / verdicts },
    billing: {
      billed_units,
      avoided_units,
      billed_usd: round(billed_units * usd_per_unit),
      avoided_usd: round(avoided_units * usd_per_unit),
    },
    average_scores: {
      positive: average(scores.positive),
      negative: average(scores.negative),
      neutral: average(scores.neutral),
      mixed: average(scores.mixed),
    },
  };
}

function addVerdicts(buckets: Bucket[]): VerdictSums {
  const scores = { positive: 0, negative: 0, neutral: 0, mixed: 0 };
  const sums = { hits: 0, misses: 0, billed_units: 0, avoided_units: 0, scores };
  for (const { measures } of buckets) {
    const { verdicts } = digest(measures);
    sums.hits += verdicts.hits;
    sums.misses += verdicts.misses;
    sums.billed_units += verdicts.billed_units;
    sums.avoided_units += verdicts.avoided_units;
    scores.positive += verdicts.scores.positive;
    scores.negative += verdicts.scores.negative;
    scores.neutral += verdicts.scores.neutral;
    scores.mixed += verdicts.scores.mixed;
  }
  return sums;
}

function round(amount: number): number {
  return Number(amount.toFixed(6));
}
