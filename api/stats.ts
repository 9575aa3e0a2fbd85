import { CHARACTERS_PER_UNIT, COMPREHEND_USD_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { withTimeout } from '../lib/timeout.ts';
import type { StatsResponse } from '../schemas/index.ts';
import { ApiError } from './errors.ts';
import type { QuerySql, StatsQuery } from './ports.ts';

export interface StatsDeps {
  query: QuerySql;
  /** How old results may be before they can be queried. */
  buffer_seconds: number;
  /** Epoch milliseconds. */
  now: () => number;
}

type Interval = StatsQuery['interval'];
interface Row {
  start: string;
  source: string;
  language_code: string;
  sentiment: keyof Counts;
  is_hit: boolean;
  results: number;
  units: number;
}
type Counts = StatsResponse['by_sentiment'];

const DAY_MS = 86_400_000;
/** The longest time that is counted by each interval, and what is taken where nobody says. */
const SPANS: Record<Interval, { longest_days: number; usual_ms: number; characters: number }> = {
  minute: { longest_days: 1, usual_ms: 3_600_000, characters: 16 },
  hour: { longest_days: 31, usual_ms: DAY_MS, characters: 13 },
  day: { longest_days: 366, usual_ms: 30 * DAY_MS, characters: 10 },
};
const QUERIES_AT_A_TIME = 3;
const REMEMBERED_MS = 15_000;
const PATIENCE_MS = 20_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * Statistics by SQL over the lake: exact, since its view has each record version once, and as old as its buffer. Asked
 * again within 15 s, the answer is the same.
 */
export function createStats(deps: StatsDeps): (query: StatsQuery) => Promise<StatsResponse> {
  const limit = pLimit(QUERIES_AT_A_TIME);
  const remembered = new LRUCache<string, Promise<StatsResponse>>({
    max: 200,
    ttl: REMEMBERED_MS,
  });
  return (query) => {
    const key = JSON.stringify(query);
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const answer = limit(() => inTime(ask(deps, query)));
    remembered.set(key, answer);
    answer.catch(() => remembered.delete(key));
    return answer;
  };
}

async function ask(deps: StatsDeps, query: StatsQuery): Promise<StatsResponse> {
  const range = rangeOf(query, deps.now());
  const { rows } = await deps.query(sqlOf(query, range));
  return statsOf(query, range, rows.map(rowOf), deps);
}

interface Range {
  from: string;
  to: string;
}

/** @throws {ApiError} VALIDATION_ERROR */
function rangeOf({ interval, from, to }: StatsQuery, now: number): Range {
  const { longest_days, usual_ms } = SPANS[interval];
  const end = to === undefined ? now : Date.parse(to);
  const start = from === undefined ? end - usual_ms : Date.parse(from);
  const wrong = (message: string) =>
    new ApiError('VALIDATION_ERROR', `from: ${message}`, { field: 'from' });
  if (!(start < end)) throw wrong('must be before to');
  if (end - start > longest_days * DAY_MS) {
    throw wrong(`must be at most ${longest_days} days before to, by ${interval}`);
  }
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

/** SQL of Trino and DuckDB alike. Tenant and source are slugs: nothing in them ends a string. */
function sqlOf({ tenant, source, interval }: StatsQuery, { from, to }: Range): string {
  const characters = 'coalesce(length(text), text_bytes)';
  return `
    SELECT substr(processed_at, 1, ${SPANS[interval].characters}) AS start,
      source,
      coalesce(language_code, 'und') AS language_code,
      coalesce(sentiment, 'no_verdict') AS sentiment,
      coalesce(cache, 'none') AS cache,
      count(*) AS results,
      sum(greatest(${LEAST_UNITS} * coalesce(chunks, 0), ceil(${characters} / ${CHARACTERS_PER_UNIT}.0))) AS units
    FROM results
    WHERE tenant = '${tenant}'
      AND processed_at >= '${from}' AND processed_at < '${to}'
      AND (${partitionsOf(from, to)})
      ${source === undefined ? '' : `AND source = '${source}'`}
    GROUP BY 1, 2, 3, 4, 5`;
}

/**
 * The lake is partitioned by when Firehose was given a line, which is after it was processed: a day more at the end.
 * A condition for each month, since a projection prunes by the columns themselves only.
 */
function partitionsOf(from: string, to: string): string {
  const months = new Map<string, { first: number; last: number }>();
  const last = Date.parse(to) + DAY_MS;
  const first_day = Date.parse(`${from.slice(0, 10)}T00:00:00Z`);
  for (let day = first_day; day <= last; day += DAY_MS) {
    const [year, month, number] = new Date(day).toISOString().slice(0, 10).split('-').map(Number);
    const key = `year = ${year} AND month = ${month}`;
    const days = months.get(key) ?? { first: number!, last: number! };
    months.set(key, { first: days.first, last: number! });
  }
  return [...months]
    .map(([month, days]) => `(${month} AND day BETWEEN ${days.first} AND ${days.last})`)
    .join(' OR ');
}

function rowOf(row: Record<string, unknown>): Row {
  return {
    start: startOf(String(row.start)),
    source: String(row.source),
    language_code: String(row.language_code),
    sentiment: row.sentiment as keyof Counts,
    is_hit: !['miss', 'none'].includes(String(row.cache)),
    results: Number(row.results),
    units: row.sentiment === 'no_verdict' ? 0 : Number(row.units),
  };
}

/** `2026-11-23T10` as the whole time that it is short for. */
function startOf(prefix: string): string {
  return `${prefix}${'1970-01-01T00:00:00.000Z'.slice(prefix.length)}`;
}

function statsOf(
  { interval }: StatsQuery,
  { from, to }: Range,
  rows: Row[],
  { buffer_seconds, now }: StatsDeps,
): StatsResponse {
  const sum = (some: Row[], of: 'results' | 'units') =>
    some.reduce((total, row) => total + row[of], 0);
  const verdicts = rows.filter(({ sentiment }) => sentiment !== 'no_verdict');
  const hits = verdicts.filter(({ is_hit }) => is_hit);
  const misses = verdicts.filter(({ is_hit }) => !is_hit);
  const billed_units = sum(misses, 'units');
  const avoided_units = sum(hits, 'units');
  const total = sum(verdicts, 'results');
  return {
    from,
    to,
    interval,
    as_of: new Date(now() - buffer_seconds * 1_000).toISOString(),
    total: sum(rows, 'results'),
    by_sentiment: countsOf(rows),
    by_source: grouped(rows, 'source').map(([source, some]) => ({
      source,
      total: sum(some, 'results'),
      by_sentiment: countsOf(some),
    })),
    by_language: grouped(rows, 'language_code').map(([language_code, some]) => ({
      language_code,
      total: sum(some, 'results'),
    })),
    over_time: grouped(rows, 'start')
      .map(([start, some]) => ({
        start,
        total: sum(some, 'results'),
        by_sentiment: countsOf(some),
      }))
      .sort((a, b) => (a.start < b.start ? -1 : 1)),
    cache: {
      hits: sum(hits, 'results'),
      misses: sum(misses, 'results'),
      hit_rate: total === 0 ? 0 : sum(hits, 'results') / total,
    },
    billing: {
      billed_units,
      avoided_units,
      billed_usd: usd(billed_units),
      avoided_usd: usd(avoided_units),
    },
  };
}

function countsOf(rows: Row[]): Counts {
  const counts: Counts = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  for (const { sentiment, results } of rows) counts[sentiment] += results;
  return counts;
}

/** By how many there are, most first. */
function grouped(rows: Row[], by: 'source' | 'language_code' | 'start'): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row[by], [...(groups.get(row[by]) ?? []), row]);
  const size = (some: Row[]) => some.reduce((sum, { results }) => sum + results, 0);
  return [...groups].sort(([, a], [, b]) => size(b) - size(a));
}

function usd(units: number): number {
  return Number((units * COMPREHEND_USD_PER_UNIT).toFixed(6));
}

/** A caller waits no longer than API Gateway does. @throws {ApiError} SERVICE_UNAVAILABLE */
function inTime<Value>(work: Promise<Value>): Promise<Value> {
  return withTimeout(work, PATIENCE_MS, () => {
    const message = 'The statistics take longer than usual';
    return new ApiError('SERVICE_UNAVAILABLE', message, { retry_after: RETRY_AFTER_SECONDS });
  });
}
