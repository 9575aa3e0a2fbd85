import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { withTimeout } from '../../lib/timeout.ts';
import type { StatsResponse } from '../../schemas/index.ts';
import { HttpError, RETRY_AFTER } from '../http/errors.ts';
import type { QuerySql, StatsQuery } from '../ports.ts';
import { aggregate } from './aggregate.ts';
import { readGroup, writeSql } from './sql.ts';
import { resolveTimeRange, type TimeRange } from './time-range.ts';

export interface StatsDeps {
  query: QuerySql;
  /** Longest time that the lake buffers a result before a query can see the result, in seconds. */
  buffer_seconds: number;
  /** Price of the analyzer, in US dollars per unit. */
  usd_per_unit: number;
  /** Returns the current time, in milliseconds since 1970. */
  now: () => number;
}

const MAX_CONCURRENT_QUERIES = 3;
const CACHED_ANSWERS = 200;
const CACHED_MS = 15_000;
/** Time limit of a query, in milliseconds. The limit is below API Gateway's own limit of 29 s. */
const TIMEOUT_MS = 20_000;

/**
 * Creates the function that computes statistics with an SQL query on the lake. The counts are
 * exact, because the lake's view contains each version of a record only once. Results that are
 * still in the lake's buffer are not counted. The function caches each answer for 15 seconds.
 */
export function createStats(deps: StatsDeps): (query: StatsQuery) => Promise<StatsResponse> {
  const limit = pLimit(MAX_CONCURRENT_QUERIES);
  const cache = new LRUCache<string, Promise<StatsResponse>>({
    max: CACHED_ANSWERS,
    ttl: CACHED_MS,
    perf: { now: deps.now },
  });
  return async (query) => {
    const range = resolveTimeRange(query, deps.now());
    const key = JSON.stringify([query.tenant, query.source, query.interval, range]);
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    // The inner time limit frees the place of a query that Athena does not answer. The outer time
    // limit also counts the time that a query waits for a place.
    const run = () => withTimeout(readStats(deps, query, range), TIMEOUT_MS, timeoutError);
    const answer = withTimeout(limit(run), TIMEOUT_MS, timeoutError);
    cache.set(key, answer);
    answer.catch(() => cache.delete(key));
    return answer;
  };
}

async function readStats(
  deps: StatsDeps,
  query: StatsQuery,
  range: TimeRange,
): Promise<StatsResponse> {
  const { rows } = await deps.query(writeSql(query, range));
  return {
    ...range,
    interval: query.interval,
    as_of: new Date(deps.now() - deps.buffer_seconds * 1_000).toISOString(),
    ...aggregate(rows.map(readGroup), deps.usd_per_unit),
  };
}

function timeoutError(): HttpError {
  return new HttpError('SERVICE_UNAVAILABLE', 'The statistics take longer than usual', {
    retry_after: RETRY_AFTER.failure,
  });
}
