import { LRUCache } from 'lru-cache';
import {
  bucketStart,
  DAY_MS,
  type Family,
  INTERVALS,
  type Interval,
  writeStart,
} from './buckets.ts';
import { addMeasures, type Measures } from './measures.ts';
import { namePartition, readBucket } from './names.ts';
import type { CountsReader, CountsRow, Generations } from './ports.ts';

/** Buckets of one tenant that start in a range. The times are epoch milliseconds. */
export interface BucketsQuery extends Family {
  tenant: string;
  from: number;
  to: number;
}

/** The counts of a source in a bucket, over all shards of the stream. */
export interface Bucket {
  /** Start of the bucket, in epoch milliseconds. */
  start_ms: number;
  source: string;
  measures: Measures;
  /** Time of the last change that is counted, in epoch milliseconds. */
  changed_at: number;
}

export type ReadBuckets = (query: BucketsQuery) => Promise<Bucket[]>;

/**
 * Reads buckets in spans: an hour of minutes, or a day of the other intervals. A span that lies in
 * the range is the same list for each query as long as it is in memory, so that a caller can keep
 * its sums.
 */
export type ReadSpans = (query: BucketsQuery) => Promise<Bucket[][]>;

/** Time after its end from which a span is read less often. */
const CLOSED_AFTER_MS = DAY_MS;
/** Age at which a span is read again, in milliseconds. */
const KEPT_MS = { open: 1_000, closed: 300_000 };
/** Number of buckets in memory. A bucket takes about 2 KB. */
const MAX_BUCKETS = 20_000;
/** Number of tenants whose generations are in memory. */
const MAX_TENANTS = 1_000;

interface ReadDeps {
  counts: CountsReader & Pick<Generations, 'readGenerations'>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Creates the function that reads buckets, as {@link createReadSpans} does, in one list. */
export function createReadBuckets(deps: ReadDeps): ReadBuckets {
  const readSpans = createReadSpans(deps);
  return async (query) => (await readSpans(query)).flat();
}

/**
 * Creates the function that reads spans of buckets, and keeps them in memory. A span that ended more
 * than a day ago is at most five minutes old, every other one second. All spans that are missing side
 * by side are read with one query.
 *
 * A span is of one generation of its day. The generations of a tenant are at most a second old, and
 * are read before the rows, so that a rebuild shows all at once.
 */
export function createReadSpans(deps: ReadDeps): ReadSpans {
  const spans = new LRUCache<string, Bucket[]>({
    maxSize: MAX_BUCKETS,
    sizeCalculation: ({ length }) => length + 1,
    perf: { now: deps.now },
    ttlResolution: 0,
  });
  const readGenerations = createReadGenerations(deps);
  return async (query) => {
    const { length_ms, starts } = listSpans(query);
    const generations = await readGenerations(query.tenant);
    const name = (start: number) => nameSpan(query, start, generations);
    const known = new Map(starts.map((start) => [start, spans.get(name(start))]));
    const missing = starts.filter((start) => known.get(start) === undefined);
    await Promise.all(
      groupRuns(query, missing, length_ms).map(async (run) => {
        const buckets = await readRun(deps.counts, query, { run, length_ms, generations });
        for (const start of run) {
          const span = buckets.filter(
            ({ start_ms }) => start_ms >= start && start_ms < start + length_ms,
          );
          known.set(start, span);
          const is_closed = start + length_ms + CLOSED_AFTER_MS < deps.now();
          spans.set(name(start), span, { ttl: is_closed ? KEPT_MS.closed : KEPT_MS.open });
        }
      }),
    );
    return starts.map((start) => {
      const span = known.get(start) ?? [];
      if (start >= query.from && start + length_ms <= query.to) return span;
      return span.filter(({ start_ms }) => start_ms >= query.from && start_ms < query.to);
    });
  };
}

/**
 * Creates the function that reads exactly the buckets of a range, and keeps nothing in memory. A minute
 * in the middle of an hour costs no read of the whole hour.
 */
export function createReadRange({ counts }: Pick<ReadDeps, 'counts'>): ReadBuckets {
  return async (query) => {
    const { tenant, time, interval } = query;
    const generations = await counts.readGenerations(tenant);
    const family = { time, interval };
    const rows = await Promise.all(
      listPartitions(query).map(({ partition, from, to }) =>
        counts.read(partition, writeStart(from, family.interval), writeStart(to, family.interval)),
      ),
    );
    return mergeShards(rows.flat(), generations);
  };
}

/** Lists the partitions of a range, each with its part of the range. */
function listPartitions(query: BucketsQuery) {
  const parts: { partition: string; from: number; to: number }[] = [];
  for (let from = query.from; from < query.to; ) {
    const to = Math.min(bucketStart(from, 'day') + DAY_MS, query.to);
    const partition = namePartition({ family: query, tenant: query.tenant, start_ms: from });
    const last = parts.at(-1);
    if (last?.partition === partition) last.to = to;
    else parts.push({ partition, from, to });
    from = to;
  }
  return parts;
}

function listSpans({ interval, from, to }: BucketsQuery): { length_ms: number; starts: number[] } {
  const longer: Interval = interval === 'minute' ? 'hour' : 'day';
  const length_ms = INTERVALS[longer].ms;
  const starts: number[] = [];
  for (let start = bucketStart(from, longer); start < to; start += length_ms) starts.push(start);
  return { length_ms, starts };
}

function nameSpan(
  { tenant, time, interval }: BucketsQuery,
  start: number,
  generations: ActiveGenerations,
): string {
  return `${tenant}#${time}#${interval}#${start}#${generationOf(start, generations)}`;
}

/** The active generations of a tenant, by day. */
type ActiveGenerations = ReadonlyMap<string, string>;

function generationOf(start_ms: number, generations: ActiveGenerations): string | undefined {
  return generations.get(writeStart(start_ms, 'day'));
}

function createReadGenerations({ counts, now }: ReadDeps) {
  const known = new LRUCache<string, ActiveGenerations>({
    max: MAX_TENANTS,
    ttl: KEPT_MS.open,
    perf: { now },
    ttlResolution: 0,
  });
  return async (tenant: string): Promise<ActiveGenerations> => {
    const generations = known.get(tenant) ?? (await counts.readGenerations(tenant));
    if (!known.has(tenant)) known.set(tenant, generations);
    return generations;
  };
}

/** Groups spans that one query can read: they follow each other in one partition. */
function groupRuns(query: BucketsQuery, starts: number[], length_ms: number): number[][] {
  const partition = (start_ms: number) =>
    namePartition({ family: query, tenant: query.tenant, start_ms });
  const runs: number[][] = [];
  for (const start of starts) {
    const last = runs.at(-1)?.at(-1);
    const follows =
      last !== undefined && last + length_ms === start && partition(last) === partition(start);
    if (follows) runs.at(-1)?.push(start);
    else runs.push([start]);
  }
  return runs;
}

/** Spans that follow each other, by their starts. */
interface Run {
  run: number[];
  length_ms: number;
  generations: ActiveGenerations;
}

async function readRun(
  counts: CountsReader,
  { tenant, time, interval }: BucketsQuery,
  { run, length_ms, generations }: Run,
): Promise<Bucket[]> {
  const [first = 0, last = 0] = [run[0], run.at(-1)];
  const family = { time, interval };
  const rows = await counts.read(
    namePartition({ family, tenant, start_ms: first }),
    writeStart(first, interval),
    writeStart(last + length_ms, interval),
  );
  return mergeShards(rows, generations);
}

function mergeShards(rows: CountsRow[], generations: ActiveGenerations): Bucket[] {
  const buckets = new Map<string, Bucket>();
  for (const { bucket, measures, changed_at } of rows) {
    const { start_ms, source, generation } = readBucket(bucket);
    if (generation !== undefined && generation !== generationOf(start_ms, generations)) continue;
    const id = `${start_ms}#${source}`;
    const known = buckets.get(id) ?? { start_ms, source, measures: {}, changed_at: 0 };
    addMeasures(known.measures, measures);
    known.changed_at = Math.max(known.changed_at, changed_at);
    buckets.set(id, known);
  }
  return [...buckets.values()];
}
