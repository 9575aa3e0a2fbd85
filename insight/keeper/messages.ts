import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import { keeperMessageSchema, ServiceError } from '../../schemas/index.ts';
import { type CheckCountsDeps, checkCountsAtNight } from './check-counts.ts';
import { type FindDeps, findObject } from './find-object.ts';
import { type RemainingMs, StatementError } from './lease.ts';
import { type MergeDeps, mergePending } from './merge.ts';
import { type NightDeps, workAtNight } from './night.ts';
import type { KeeperQueue } from './ports.ts';

export interface MessagesDeps
  extends FindDeps,
    MergeDeps,
    NightDeps,
    Omit<CheckCountsDeps, 'measure'> {
  queue: KeeperQueue;
  /** Publishes a metric. */
  measure: (name: KeeperMetric, value: number) => void;
  logError: (message: string, details: object) => void;
}

/**
 * `lake_pending_seconds`: how long the oldest object waits to be merged. `lake_merge_failures`: objects
 * that a statement could not merge. `lake_unreadable_objects`: objects that Athena could not read.
 * `counts_drift`: buckets whose counts differ from a recount. `counts_unchecked_seconds`: time since
 * the last check of the counts.
 */
export type KeeperMetric =
  | 'lake_pending_seconds'
  | 'lake_merge_failures'
  | 'lake_unreadable_objects'
  | 'counts_drift'
  | 'counts_unchecked_seconds';

/**
 * Creates the function that handles the messages of the keeper's queue. A message that fails stays in
 * the queue, and SQS delivers the message again.
 */
export function createMessageHandler(
  deps: MessagesDeps,
): (records: SQSRecord[], remaining_ms: RemainingMs) => Promise<SQSBatchResponse> {
  return (records, remaining_ms) =>
    handleEach(
      records,
      ({ body }) => handleMessage(deps, body, remaining_ms),
      (message_id, error) =>
        deps.logError('message failed', { message_id, ...describeFailure(error) }),
    );
}

async function handleMessage(
  deps: MessagesDeps,
  body: string,
  remaining_ms: RemainingMs,
): Promise<void> {
  const message = keeperMessageSchema.parse(JSON.parse(body));
  if (!('kind' in message)) return handleObject(deps, message.detail.object.key);
  if (message.kind === 'maintain') return workAtNight(deps, remaining_ms);
  if (message.kind === 'check_counts') return checkCountsAtNight(deps, remaining_ms);
  const report = await mergePending(deps, remaining_ms);
  deps.measure('lake_pending_seconds', Math.round(report.oldest_ms / 1_000));
  if (report.failed > 0) deps.measure('lake_merge_failures', report.failed);
  if (report.objects > 0) deps.log('objects merged', report);
}

async function handleObject(deps: MessagesDeps, key: string): Promise<void> {
  const found = await findObject(deps, key);
  if (found === 'added') await deps.queue.send({ kind: 'merge' }, deps.interval_ms / 1_000);
  if (found !== 'unreadable') return;
  deps.measure('lake_unreadable_objects', 1);
  deps.logError('object is unreadable', { key });
}

/** The message of an unknown error is not logged, because it could quote a user's text. */
function describeFailure(error: unknown): object {
  const is_known = error instanceof ServiceError || error instanceof StatementError;
  return is_known ? { error: error.message } : describeSafely(error);
}
