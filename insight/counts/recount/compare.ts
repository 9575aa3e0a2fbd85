import { countedRowSchema, type FindRetention } from '../../../schemas/index.ts';
import { bucketsOf, DAY_MS, FAMILIES, isKept, writeStart } from '../buckets.ts';
import { mayHaveExpired } from '../expired.ts';
import { addMeasures, type Measures, measureRow } from '../measures.ts';
import { type BucketPlace, namePartition, nameRow, readBucket } from '../names.ts';
import type { CountsReader, CountsRows, Generations, RowName } from '../ports.ts';
import type { ResultRows } from './ports.ts';

/** Takes the place of the shard in the name of a difference. */
const RECOUNT = 'recount';

export interface CompareDeps {
  results: ResultRows;
  counts: CountsReader & Pick<Generations, 'readGenerations'> & Pick<CountsRows, 'listTenants'>;
  /** Finds the days for which results of a source are kept, if they expire before others. */
  findRetention?: FindRetention | undefined;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** The difference between a recount and a bucket. */
export interface Difference {
  name: RowName;
  measures: Measures;
}

/** The day still changes, so that its counts and a recount are not of the same time. */
export class DayChangesError extends Error {
  override name = 'DayChangesError';
}

/**
 * Time that the counts get to follow the results table, in milliseconds. It is far more than they
 * need, unless the alarm CountsAreLate is on.
 */
const SETTLE_MS = 60_000;

/** A bucket of a day, from both sides. */
export interface ComparedBucket {
  place: BucketPlace;
  source: string;
  /** The measures of the results table. */
  recounted: Measures;
  /** The measures that the shards of the stream have added. */
  counted: Measures;
  /** The measures that the active generation of corrections adds. */
  corrected: Measures;
}

export interface ComparedDay {
  buckets: ComparedBucket[];
  /** The rows of all generations of corrections. */
  corrections: { tenant: string; generation: string; name: RowName }[];
}

/** A day to read, and when its comparison began. Both are epoch milliseconds. */
interface AskedDay {
  day: number;
  started_at: number;
}

/**
 * Recounts a day from the results table and compares it with the counts: all buckets that start on the
 * day, by both times, of all tenants. A minute before and after the scan, nothing of the day may
 * change.
 *
 * @param day is the start of the day, in epoch milliseconds.
 * @throws {DayChangesError} if the day has changed too recently.
 * @throws {ServiceError} if a store fails.
 */
export async function compareDay(deps: CompareDeps, day: number): Promise<Difference[]> {
  return listDifferences(await readDay(deps, day));
}

/** Lists what each bucket lacks for a reader of the counts. */
export function listDifferences({ buckets }: ComparedDay): Difference[] {
  return buckets.flatMap(({ place, source, recounted, counted, corrected }) => {
    const measures = subtract(recounted, counted, corrected);
    if (Object.keys(measures).length === 0) return [];
    return [{ name: nameRow(place, source, RECOUNT), measures }];
  });
}

export function subtract(from: Measures, ...others: Measures[]): Measures {
  const left = { ...from };
  for (const measures of others) addMeasures(left, measures, -1);
  return left;
}

/**
 * Reads a day from the results table and then from the counts.
 *
 * @throws as {@link compareDay}.
 */
export async function readDay(deps: CompareDeps, day: number): Promise<ComparedDay> {
  const asked = { day, started_at: deps.now() };
  const buckets = new Map<string, ComparedBucket>();
  await recount(deps.results, asked, buckets);
  await deps.sleep(SETTLE_MS);
  const tenants = new Set(await deps.counts.listTenants());
  for (const { place } of buckets.values()) tenants.add(place.tenant);
  const corrections: ComparedDay['corrections'] = [];
  for (const tenant of tenants) {
    corrections.push(...(await readCounts(deps.counts, { ...asked, tenant }, buckets)));
  }
  for (const bucket of buckets.values()) keepExpired(deps, asked, bucket);
  return { buckets: [...buckets.values()], corrections };
}

/** Results that have expired stay counted, so the counts of their source are taken as they are. */
function keepExpired(
  { findRetention }: CompareDeps,
  asked: AskedDay,
  bucket: ComparedBucket,
): void {
  const { place, source, counted, corrected } = bucket;
  const of = { tenant: place.tenant, source, day: asked.day };
  if (!mayHaveExpired(findRetention, of, asked.started_at)) return;
  bucket.recounted = { ...counted };
  addMeasures(bucket.recounted, corrected);
}

function getBucket(buckets: Map<string, ComparedBucket>, place: BucketPlace, source: string) {
  const { partition, bucket } = nameRow(place, source, RECOUNT);
  const id = `${partition}|${bucket}`;
  const found = buckets.get(id) ?? { place, source, recounted: {}, counted: {}, corrected: {} };
  buckets.set(id, found);
  return found;
}

/** Counts the rows of the table in the buckets of a day. */
async function recount(
  results: ResultRows,
  { day, started_at }: AskedDay,
  buckets: Map<string, ComparedBucket>,
): Promise<void> {
  for await (const item of results.all()) {
    const { data: row } = countedRowSchema.safeParse(item);
    if (row === undefined) continue;
    for (const { family, start_ms } of bucketsOf(row, started_at)) {
      if (start_ms < day || start_ms >= day + DAY_MS) continue;
      const place = { family, tenant: row.tenant, start_ms };
      addMeasures(getBucket(buckets, place, row.source).recounted, measureRow(row));
    }
  }
}

/** Adds the counts of a tenant to the buckets of a day. Returns the rows of corrections. */
async function readCounts(
  counts: CompareDeps['counts'],
  { day, started_at, tenant }: AskedDay & { tenant: string },
  buckets: Map<string, ComparedBucket>,
): Promise<ComparedDay['corrections']> {
  const corrections: ComparedDay['corrections'] = [];
  const active = (await counts.readGenerations(tenant)).get(writeStart(day, 'day'));
  for (const family of FAMILIES) {
    const { interval } = family;
    const partition = namePartition({ family, tenant, start_ms: day });
    const range = [day, day + DAY_MS].map((at) => writeStart(at, interval)) as [string, string];
    for (const { bucket, measures, changed_at } of await counts.read(partition, ...range)) {
      const { start_ms, source, generation } = readBucket(bucket);
      if (!isKept(start_ms, interval, started_at)) continue;
      const compared = getBucket(buckets, { family, tenant, start_ms }, source);
      if (generation !== undefined) {
        corrections.push({ tenant, generation, name: { partition, bucket } });
        if (generation === active) addMeasures(compared.corrected, measures);
      } else if (changed_at >= started_at - SETTLE_MS) {
        throw new DayChangesError('The day has changed less than a minute before the recount');
      } else addMeasures(compared.counted, measures);
    }
  }
  return corrections;
}

/**
 * Checks that the shards of the stream have added nothing to a day since it was compared.
 *
 * @throws {DayChangesError} if they have.
 * @throws {ServiceError} if a store fails.
 */
export async function requireUnchanged(
  deps: CompareDeps,
  day: number,
  compared: ComparedDay,
): Promise<void> {
  const buckets = new Map<string, ComparedBucket>();
  for (const tenant of new Set(compared.buckets.map(({ place }) => place.tenant))) {
    void (await readCounts(deps.counts, { day, started_at: deps.now(), tenant }, buckets));
  }
  for (const { place, source, counted } of compared.buckets) {
    if (!isKept(place.start_ms, place.family.interval, deps.now())) continue;
    const now = getBucket(buckets, place, source).counted;
    if (Object.keys(subtract(now, counted)).length === 0) continue;
    throw new DayChangesError('The day has changed while it was rebuilt');
  }
}
