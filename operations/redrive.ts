import type { Publisher } from '../ingest/index.ts';
import { type FailureReport, failedEventSchema, type RestoredMark } from '../schemas/index.ts';
import type { FailureReports, Marks } from './ports.ts';
import { type Restorable, readRestorables, restore } from './restore.ts';

/** A batch that Lambda gave up on. */
export interface FailedBatch {
  key: string;
  /** The reason that Lambda reports, such as `RetryAttemptsExhausted`. */
  reason: string;
  failed_at: string;
  shard_id: string;
  /** The number of stream records. An aggregate counts as one. */
  records: number;
  restored_at?: string;
}

export interface RedriveDeps {
  reports: FailureReports;
  marks: Marks;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Lists the batches that Lambda gave up on, including those that are back on the stream. */
export async function* listFailedBatches({
  reports,
  marks,
}: RedriveDeps): AsyncIterable<FailedBatch> {
  for await (const key of reports.keys()) {
    const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
    if (report !== undefined) yield describeBatch(key, report, mark);
  }
}

/** Reads one batch with its records. Returns undefined if there is no such batch. */
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
 * Puts the records of a batch back on the stream, each with its original id. When all of them are there, it marks
 * the batch. A redrive that fails midway can be repeated: a record that is published twice counts once.
 *
 * @throws {Error} if there is no such batch.
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
