import type { StatsResponse } from '../../schemas/index.ts';

type SentimentCounts = StatsResponse['by_sentiment'];

/**
 * Row of the SQL query's answer. A row stands for the results that have the same start, source,
 * language, sentiment and cache use. `results` is the number of these results.
 */
export interface StatsGroup {
  start: string;
  source: string;
  language_code: string;
  sentiment: keyof SentimentCounts;
  is_hit: boolean;
  results: number;
  units: number;
}

type Aggregates = Omit<StatsResponse, 'from' | 'to' | 'interval' | 'as_of'>;

/**
 * Adds up the groups by sentiment, source, language, time and cache. In the lists of sources and
 * languages, the entry with the most results comes first. In the list of times, the earliest time
 * comes first.
 */
export function aggregate(groups: StatsGroup[], usd_per_unit: number): Aggregates {
  return {
    total: sumOf(groups, 'results'),
    by_sentiment: countSentiments(groups),
    by_source: groupBy(groups, 'source').map(([source, some]) => ({
      source,
      total: sumOf(some, 'results'),
      by_sentiment: countSentiments(some),
    })),
    by_language: groupBy(groups, 'language_code').map(([language_code, some]) => ({
      language_code,
      total: sumOf(some, 'results'),
    })),
    over_time: groupBy(groups, 'start')
      .map(([start, some]) => ({
        start,
        total: sumOf(some, 'results'),
        by_sentiment: countSentiments(some),
      }))
      .sort((a, b) => (a.start < b.start ? -1 : 1)),
    ...aggregateCache(groups, usd_per_unit),
  };
}

/**
 * Adds up the cache hits and the billed units. Results without a verdict do not count, because such
 * results neither used the cache nor caused a cost.
 */
function aggregateCache(
  groups: StatsGroup[],
  usd_per_unit: number,
): Pick<Aggregates, 'cache' | 'billing'> {
  const verdicts = groups.filter(({ sentiment }) => sentiment !== 'no_verdict');
  const hits = verdicts.filter(({ is_hit }) => is_hit);
  const misses = verdicts.filter(({ is_hit }) => !is_hit);
  const total = sumOf(verdicts, 'results');
  const billed_units = sumOf(misses, 'units');
  const avoided_units = sumOf(hits, 'units');
  return {
    cache: {
      hits: sumOf(hits, 'results'),
      misses: sumOf(misses, 'results'),
      hit_rate: total === 0 ? 0 : sumOf(hits, 'results') / total,
    },
    billing: {
      billed_units,
      avoided_units,
      billed_usd: toUsd(billed_units * usd_per_unit),
      avoided_usd: toUsd(avoided_units * usd_per_unit),
    },
  };
}

function sumOf(groups: StatsGroup[], field: 'results' | 'units'): number {
  return groups.reduce((sum, group) => sum + group[field], 0);
}

function countSentiments(groups: StatsGroup[]): SentimentCounts {
  const counts: SentimentCounts = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  for (const { sentiment, results } of groups) counts[sentiment] += results;
  return counts;
}

function groupBy(
  groups: StatsGroup[],
  field: 'source' | 'language_code' | 'start',
): [string, StatsGroup[]][] {
  const by_value = new Map<string, StatsGroup[]>();
  for (const group of groups) {
    by_value.set(group[field], [...(by_value.get(group[field]) ?? []), group]);
  }
  return [...by_value].sort(([, a], [, b]) => sumOf(b, 'results') - sumOf(a, 'results'));
}

function toUsd(amount: number): number {
  return Number(amount.toFixed(6));
}
