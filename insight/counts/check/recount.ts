import { type CountedGroup, type CountedRow, countedGroupSchema } from '../../../schemas/index.ts';
import { bucketStart, type Family, type Interval, readStart } from '../buckets.ts';
import { addMeasures, type Measures, measureRow } from '../measures.ts';
import { writeRecount } from './sql.ts';

/**
 * Runs a query and returns its rows.
 *
 * @throws {StatementError} if Athena could not run the query.
 * @throws {InterruptedError} if the time is up. The query has been stopped.
 * @throws {ServiceError} if a call fails.
 */
export type RunQuery = (sql: string) => Promise<Record<string, unknown>[]>;

/** The counts of a bucket in the table `results`. */
export interface CountedBucket {
  tenant: string;
  source: string;
  interval: CheckedInterval;
  /** Start of the bucket, in epoch milliseconds. */
  start_ms: number;
  measures: Measures;
  /** Time at which a record of the bucket was last processed, in epoch milliseconds. */
  changed_at: number;
}

/** The other intervals are counted by the same writes, and would multiply the rows of the answer. */
export const CHECKED_INTERVALS = ['hour', 'day'] as const satisfies Interval[];
type CheckedInterval = (typeof CHECKED_INTERVALS)[number];

/**
 * Recounts the buckets of a day from the table `results` of the lake. Returns them by
 * {@link identifyBucket}.
 *
 * @throws as {@link RunQuery}.
 * @throws {ZodError} if the answer has another form.
 */
export async function recountDay(
  runQuery: RunQuery,
  day: number,
  time: Family['time'],
): Promise<Map<string, CountedBucket>> {
  const buckets = new Map<string, CountedBucket>();
  for (const row of await runQuery(writeRecount(day, time))) {
    const group = countedGroupSchema.parse(row);
    const measures = measureGroup(group);
    for (const interval of CHECKED_INTERVALS) {
      const start_ms = bucketStart(readStart(group.hour), interval);
      const bucket = { tenant: group.tenant, source: group.source, interval, start_ms };
      const id = identifyBucket(bucket);
      const found = buckets.get(id) ?? { ...bucket, measures: {}, changed_at: 0 };
      addMeasures(found.measures, measures);
      found.changed_at = Math.max(found.changed_at, Date.parse(group.changed_at));
      buckets.set(id, found);
    }
  }
  return buckets;
}

/** Writes what identifies a bucket among those of one time of the records. */
export function identifyBucket(
  bucket: Pick<CountedBucket, 'tenant' | 'source' | 'interval' | 'start_ms'>,
): string {
  const start = new Date(bucket.start_ms).toISOString();
  return `${bucket.tenant}#${bucket.interval}#${start}#${bucket.source}`;
}

/** Reads the tenant and the source from what {@link identifyBucket} has written. Neither has a `#`. */
export function readBucketId(id: string): { tenant: string; source: string } {
  const [tenant = '', , , source = ''] = id.split('#');
  return { tenant, source };
}

function measureGroup({ records, ...group }: CountedGroup): Measures {
  const row = { ...group, text_bytes: 0, created_at: '', arrived_at: '', first_created_at: '' };
  const one = pickChecked(measureRow(row satisfies CountedRow));
  return Object.fromEntries(
    // The pieces of personal data are already those of all records of the group.
    Object.entries(one).map(([name, value]) => [
      name,
      name === 'pii.count' ? value : value * records,
    ]),
  );
}

/**
 * Picks the measures that the check compares: records by language and outcome, cache and analyzer, and
 * personal data.
 */
export function pickChecked(measures: Measures): Measures {
  return Object.fromEntries(
    Object.entries(measures).filter(([name]) => /^(n|cache|analyzer|pii)\./.test(name)),
  );
}
