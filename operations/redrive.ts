import pLimit from 'p-limit';
import type { Publisher } from '../ingest/index.ts';
import { type FailureReport, failedEventSchema, type RestoredMark } from '../schemas/index.ts';
import type { FailureReports, Marks, StoredSetAsides } from './ports.ts';
import { type Restorable, type RestoreKey, readRestorables, restore } from './restore.ts';

/** A batch that Lambda has stopped retrying. */
export interface FailedBatch {
  key: string;
  /** The reason that Lambda reports, such as `RetryAttemptsExhausted`. */
  reason: string;
  failed_at: string;
  shard_id: string;
  /** Number of stream records in the batch. A KPL aggregate counts as one stream record. */
  records: number;
  restored_at?: string;
}

export interface RedriveDeps {
  reports: FailureReports;
  marks: Marks;
  set_asides: StoredSetAsides;
  restoreKey: RestoreKey;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Lists the batches that Lambda has stopped retrying. The list includes the batches whose records
 * have been put on the stream again.
 */
export async function* listFailedBatches({
  reports,
  marks,
}: Pick<RedriveDeps, 'reports' | 'marks'>): AsyncIterable<FailedBatch> {
  for await (const key of reports.keys()) {
    const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
    if (report !== undefined) yield describeBatch(key, report, mark);
  }
}

/**
 * Reads one failed batch with its records. Returns undefined if there is no failed batch under the
 * key.
 */
export async function readFailedBatch(
  { reports, marks, restoreKey }: RedriveDeps,
  key: string,
): Promise<{ batch: FailedBatch; contents: Restorable[] } | undefined> {
  const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
  if (report === undefined) return undefined;
  return {
    batch: describeBatch(key, report, mark),
    contents: await readContents(report, restoreKey),
  };
}

export interface RedriveOutcome {
  key: string;
  accepted: number;
  /** Number of records that already had a set-aside, and were therefore not put back. */
  left_out: number;
  failed: number;
  codes: string[];
}

/**
 * Puts the records of a failed batch on the stream again, each with its original identity. Leaves
 * out bytes that have a set-aside already. A record that has a result is put back nevertheless,
 * because the row in the results table does not show whether the line reached the lake and whether
 * the job counted the record. After the stream has accepted all records, marks the batch as
 * restored. If a redrive fails midway, the
 * caller can repeat the redrive, because a record that is published twice counts once.
 *
 * @throws {Error} if there is no failed batch under the key.
 */
export async function redrive(
  deps: RedriveDeps,
  publisher: Publisher,
  key: string,
): Promise<RedriveOutcome> {
  const found = await readFailedBatch(deps, key);
  if (found === undefined) throw new Error(`There is no failed batch ${key}.`);
  const open = await withoutEnded(deps, found.contents);
  const restored = await restore(publisher, open, deps.restoreKey);
  if (restored.failed === 0) {
    const restored_at = new Date(deps.now()).toISOString();
    await deps.marks.put(key, { restored_at, records: restored.accepted });
  }
  return { key, ...restored, left_out: found.contents.length - open.length };
}

const READS_AT_A_TIME = 8;

/** Returns the contents of a failed batch without the bytes that have a set-aside already. */
export async function withoutEnded(
  { set_asides }: Pick<RedriveDeps, 'set_asides'>,
  contents: Restorable[],
): Promise<Restorable[]> {
  const limit = pLimit(READS_AT_A_TIME);
  const open = await Promise.all(
    contents.map(async (one) => {
      if (one.kind === 'record') return one;
      const stored = await limit(() => set_asides.get(one.set_aside.set_aside_id));
      return stored === undefined ? one : [];
    }),
  );
  return open.flat();
}

function readContents({ payload }: FailureReport, restoreKey: RestoreKey): Promise<Restorable[]> {
  return readRestorables(failedEventSchema.parse(JSON.parse(payload)).Records, restoreKey);
}

function describeBatch(
  key: string,
  report: FailureReport,
  mark: RestoredMark | undefined,
): FailedBatch {
  return {
    key,
    reason: report.requestContext.condition,
    failed_at: report.timestamp,
    shard_id: report.KinesisBatchInfo.shardId,
    records: report.KinesisBatchInfo.batchSize,
    ...(mark === undefined ? {} : { restored_at: mark.restored_at }),
  };
}
