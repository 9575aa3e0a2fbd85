import type { Publisher } from '../ingest/index.ts';
import { type FailureReport, failedEventSchema, type RestoredMark } from '../schemas/index.ts';
import type { FailureReports, Marks } from './ports.ts';
import { type Restorable, restorable, restore } from './restore.ts';

/** One batch that Lambda gave up on. */
export interface Failure {
  key: string;
  /** Why, in Lambda's word: `RetryAttemptsExhausted`. */
  reason: string;
  failed_at: string;
  shard_id: string;
  /** Of the stream: an aggregate is one. */
  records: number;
  restored_at?: string;
}

export interface RedriveDeps {
  reports: FailureReports;
  marks: Marks;
  /** Epoch milliseconds. */
  now: () => number;
}

/** All that Lambda gave up on, those that were put back included. */
export async function* failures({ reports, marks }: RedriveDeps): AsyncIterable<Failure> {
  for await (const key of reports.keys()) {
    const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
    if (report !== undefined) yield failureOf(key, report, mark);
  }
}

/** What is in one of them; undefined where there is none. */
export async function failure(
  { reports, marks }: RedriveDeps,
  key: string,
): Promise<{ failure: Failure; contents: Restorable[] } | undefined> {
  const [report, mark] = await Promise.all([reports.read(key), marks.get(key)]);
  if (report === undefined) return undefined;
  return { failure: failureOf(key, report, mark), contents: contentsOf(report) };
}

export interface Redriven {
  key: string;
  accepted: number;
  failed: number;
  codes: string[];
}

/**
 * Puts a batch's records back on the stream, each under the identity that it had, and marks the batch once all of them
 * are there. Half-way through it may be done again: what arrives twice counts once.
 */
export async function redrive(
  deps: RedriveDeps,
  publisher: Publisher,
  key: string,
): Promise<Redriven> {
  const found = await failure(deps, key);
  if (found === undefined) throw new Error(`There is no failure ${key}`);
  const restored = await restore(publisher, found.contents);
  if (restored.failed === 0) {
    const restored_at = new Date(deps.now()).toISOString();
    await deps.marks.put(key, { restored_at, records: restored.accepted });
  }
  return { key, ...restored };
}

function contentsOf({ payload }: FailureReport): Restorable[] {
  return failedEventSchema.parse(JSON.parse(payload)).Records.flatMap(restorable);
}

function failureOf(key: string, report: FailureReport, mark: RestoredMark | undefined): Failure {
  return {
    key,
    reason: report.requestContext.condition,
    failed_at: report.timestamp,
    shard_id: report.KinesisBatchInfo.shardId,
    records: report.KinesisBatchInfo.batchSize,
    ...(mark === undefined ? {} : { restored_at: mark.restored_at }),
  };
}
