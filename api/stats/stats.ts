import { LRUCache } from 'lru-cache';
import { INTERVALS, type Interval } from '../../insight/counts/buckets.ts';
import type { ReadSpans } from '../../insight/counts/read.ts';
import type { StatsResponse } from '../../schemas/index.ts';
import type { StatsQuery } from '../ports.ts';
import { type Aggregates, aggregate } from './aggregate.ts';
import { resolveTimeRange, type TimeRange } from './time-range.ts';

export interface StatsDeps {
  read_spans: ReadSpans;
  /** Price of the analyzer, in US dollars per unit. */
  usd_per_unit: number;
  /** Returns the current time, in milliseconds since 1970. */
  now: () => number;
}

const CACHED_ANSWERS = 200;
const CACHED_MS = 1_000;

/** Creates the function that answers `GET /stats` from the counts. */
export function createStats(deps: StatsDeps): (query: StatsQuery) => Promise<StatsResponse> {
  const remember = createRemember<StatsResponse>(deps.now);
  return async (query) => {
    const range = resolveTimeRange(query, deps.now());
    return remember([query, range], async () => ({
      ...writeRange(range),
      interval: query.interval,
      time: query.time,
      ...(await readAggregates(deps, query, range)),
    }));
  };
}

/** Reads and adds up the buckets of a range. */
export async function readAggregates(
  { read_spans, usd_per_unit }: StatsDeps,
  query: Omit<StatsQuery, 'from' | 'to'>,
  range: TimeRange,
): Promise<Aggregates> {
  const { tenant, time, interval } = query;
  const spans = await read_spans({ tenant, time, interval, ...range });
  return aggregate(spans, query, { starts: listStarts(range, interval), usd_per_unit });
}

export function writeRange({ from, to }: TimeRange): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/**
 * Creates a function that keeps answers for a second, so that many callers of one page cost one
 * answer. Failures are not kept.
 */
export function createRemember<Answer>(now: () => number) {
  const answers = new LRUCache<string, Promise<Answer>>({
    max: CACHED_ANSWERS,
    ttl: CACHED_MS,
    perf: { now },
    ttlResolution: 0,
  });
  return (key: unknown, compute: () => Promise<Answer>): Promise<Answer> => {
    const name = JSON.stringify(key);
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = compute();
    answers.set(name, answer);
    answer.catch(() => answers.delete(name));
    return answer;
  };
}

function listStarts({ from, to }: TimeRange, interval: Interval): number[] {
  const { ms } = INTERVALS[interval];
  return Array.from({ length: Math.round((to - from) / ms) }, (_, i) => from + i * ms);
}
