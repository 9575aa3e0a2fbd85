import pLimit from 'p-limit';
import type { FindRetention } from '../../../schemas/index.ts';
import { DAY_MS, FAMILIES } from '../buckets.ts';
import { mayHaveExpired } from '../expired.ts';
import { addMeasures, type Measures } from '../measures.ts';
import type { Bucket, BucketsQuery, ReadBuckets } from '../read.ts';
import {
  CHECKED_INTERVALS,
  type CountedBucket,
  identifyBucket,
  pickChecked,
  type RunQuery,
  readBucketId,
  recountDay,
} from './recount.ts';
import { LIST_TENANTS } from './sql.ts';

export interface CheckDeps {
  runQuery: RunQuery;
  readBuckets: ReadBuckets;
  /**
   * Called before the counts of each tenant are read.
   *
   * @throws if no time is left for it.
   */
  requireTime: () => void;
  /** Finds the days for which results of a source are kept, if they expire before others. */
  findRetention?: FindRetention | undefined;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** A bucket whose counts differ. `lacks` is what a recount has and the counts do not. */
interface Drift {
  time: string;
  /** See {@link identifyBucket}. */
  bucket: string;
  lacks: Measures;
}

export interface CheckReport {
  days: number;
  /** Number of buckets that were compared. */
  buckets: number;
  /** Number of buckets that were left out, because they changed within the last hour. */
  skipped: number;
  drifts: Drift[];
}

/** Number of days that the check compares, yesterday being the last. */
const CHECKED_DAYS = 7;
/**
 * Time without a change after which a bucket is compared. Counts and lake follow a change of the
 * results table within minutes, but not at the same time.
 */
const QUIET_MS = 3_600_000;
/** Number of tenants whose counts are read at the same time. */
const READS_IN_FLIGHT = 16;

/**
 * Recounts the last seven closed days from the table `results` of the lake, and compares them with
 * the counts, by both times. Buckets that changed within the last hour are left out, so that a change
 * that only one of the two has seen is no drift. So are buckets of sources whose results may have expired.
 *
 * @throws as {@link RunQuery} and `requireTime`.
 */
export async function checkCounts(deps: CheckDeps): Promise<CheckReport> {
  const started_at = deps.now();
  const report: CheckReport = { days: 0, buckets: 0, skipped: 0, drifts: [] };
  const tenants = (await deps.runQuery(LIST_TENANTS)).map(({ tenant }) => String(tenant));
  const today = started_at - (started_at % DAY_MS);
  for (let days = 1; days <= CHECKED_DAYS; days += 1) {
    for (const time of new Set(FAMILIES.map((family) => family.time))) {
      const day = { tenants, day: today - days * DAY_MS, time };
      compare(day.time, await readBoth(deps, day), started_at - QUIET_MS, report);
    }
    report.days += 1;
  }
  return report;
}

interface AskedDay {
  tenants: string[];
  day: number;
  time: 'created_at' | 'arrived_at';
}

/** Both sides of a bucket. A side is absent if it has no record. */
interface Pair {
  recounted?: CountedBucket | undefined;
  counted?: Pick<CountedBucket, 'measures' | 'changed_at'>;
}

async function readBoth(deps: CheckDeps, { tenants, day, time }: AskedDay) {
  const recounted = await recountDay(deps.runQuery, day, time);
  const pairs = new Map<string, Pair>(
    [...recounted].map(([id, bucket]) => [id, { recounted: bucket }]),
  );
  const limit = pLimit(READS_IN_FLIGHT);
  try {
    const readings = tenants.map((tenant) =>
      limit(() => readTenant(deps, { tenant, time, from: day, to: day + DAY_MS })),
    );
    for (const [id, counted] of (await Promise.all(readings)).flat()) {
      pairs.set(id, { ...pairs.get(id), counted });
    }
  } finally {
    limit.clearQueue();
  }
  for (const id of pairs.keys()) {
    const { tenant, source } = readBucketId(id);
    if (mayHaveExpired(deps.findRetention, { tenant, source, day }, deps.now())) pairs.delete(id);
  }
  return pairs;
}

/** Reads the buckets of a tenant, each with its id. */
async function readTenant(
  { readBuckets, requireTime }: CheckDeps,
  asked: Omit<BucketsQuery, 'interval'>,
): Promise<[string, Bucket][]> {
  requireTime();
  const found: [string, Bucket][] = [];
  for (const interval of CHECKED_INTERVALS) {
    for (const bucket of await readBuckets({ ...asked, interval })) {
      found.push([identifyBucket({ ...bucket, tenant: asked.tenant, interval }), bucket]);
    }
  }
  return found;
}

function compare(
  time: string,
  pairs: Map<string, Pair>,
  quiet_since: number,
  report: CheckReport,
): void {
  for (const [bucket, { recounted, counted }] of pairs) {
    const changed_at = Math.max(recounted?.changed_at ?? 0, counted?.changed_at ?? 0);
    if (changed_at > quiet_since) {
      report.skipped += 1;
      continue;
    }
    report.buckets += 1;
    const lacks = { ...recounted?.measures };
    addMeasures(lacks, pickChecked(counted?.measures ?? {}), -1);
    if (Object.keys(lacks).length > 0) report.drifts.push({ time, bucket, lacks });
  }
}
