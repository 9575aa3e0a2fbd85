import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { JobQueue } from '../../jobs/ports.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  type JobMessage,
  jobIdOfInputKey,
  jobMessageSchema,
  ServiceError,
} from '../../schemas/index.ts';
import type { RemainingMs } from './deadline.ts';
import { SubmissionInterruptedError } from './publish-records.ts';
import type { Submit } from './submit.ts';

export interface MessagesDeps {
  submit: Submit;
  sweep: () => Promise<object>;
  job_queue: JobQueue;
  /**
   * Logs a message. The details must be ids, counts or codes, and must not contain a user's text.
   */
  log: (level: 'info' | 'warn' | 'error', message: string, details: object) => void;
}

/**
 * Creates the function that handles the messages of the jobs queue. A message that fails stays in
 * the queue, and SQS delivers the message again.
 */
export function createMessageHandler(
  deps: MessagesDeps,
): (records: SQSRecord[], remaining_ms: RemainingMs) => Promise<SQSBatchResponse> {
  return async (records, remaining_ms) => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of records) {
      try {
        await handleMessage(deps, body, remaining_ms);
      } catch (error) {
        const details = { message_id: messageId, ...describeFailure(error) };
        deps.log('error', 'message failed', details);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
}

async function handleMessage(
  deps: MessagesDeps,
  body: string,
  remaining_ms: RemainingMs,
): Promise<void> {
  const message = jobMessageSchema.parse(JSON.parse(body));
  if ('kind' in message && message.kind === 'sweep') {
    deps.log('info', 'jobs swept', await deps.sweep());
    return;
  }
  const { job_id, object_key } = readTarget(message);
  if (job_id === undefined) {
    deps.log('warn', 'object ignored: its key names no job', {});
    return;
  }
  const outcome = await deps.submit(job_id, remaining_ms, object_key);
  if (outcome === 'more') await deps.job_queue.send({ kind: 'resume', job_id });
  const level = outcome === 'failed' ? 'warn' : 'info';
  deps.log(level, 'submission handled', { job_id, outcome });
}

/**
 * Finds the job of a message. If the message announces a new object, also returns the key of the
 * object.
 */
function readTarget(message: JobMessage): {
  job_id?: string | undefined;
  object_key?: string;
} {
  if ('detail' in message) {
    const { key } = message.detail.object;
    return { job_id: jobIdOfInputKey(key), object_key: key };
  }
  return message.kind === 'resume' ? { job_id: message.job_id } : {};
}

/**
 * Describes an error for the log. The message of an unknown error is not logged, because the
 * message could quote a user's text.
 */
function describeFailure(error: unknown): object {
  if (error instanceof ServiceError || error instanceof SubmissionInterruptedError) {
    return { error: error.message };
  }
  return describeSafely(error);
}
