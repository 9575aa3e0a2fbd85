import type { Publisher } from '../ingest/index.ts';
import { type FailureReport, failedEventSchema, type RestoredMark } from '../schemas/index.ts';
import type { FailureReports, Marks } from './ports.ts';
import { type Restorable, readRestorables, restore } from './restore.ts';

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
}: RedriveDeps): AsyncIterable<FailedBatch> {
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
  { reports, marks }: RedriveDeps,
  key: string,
): Promise<{ batch: FailedBatch; contents: Restorable[] } | undefined> {
  const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
  if (report === undefined) return undefined;
  return { batch: describeBatch(key, report, mark), contents: readContents(report) };
}

export interface RedriveOutcome {
  key: string;
  accepted: number;
  failed: number;
  codes: string[];
}

/**
 * Puts the records of a failed batch on the stream again, each with its original id. After the
 * stream has accepted all records, marks the batch as restored. If a redrive fails midway, the
 * caller can repeat the redrive. A record is counted only once, even if the record is published
 * twice.
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
  const restored = await restore(publisher, found.contents);
  if (restored.failed === 0) {
    const restored_at = new Date(deps.now()).toISOString();
    await deps.marks.put(key, { restored_at, records: restored.accepted });
  }
  return { key, ...restored };
}

function readContents({ payload }: FailureReport): Restorable[] {
  return failedEventSchema.parse(JSON.parse(payload)).Records.flatMap(readRestorables);
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
