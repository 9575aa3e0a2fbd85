import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { JobQueue } from '../../jobs/ports.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  type JobMessage,
  jobIdOfInputKey,
  jobMessageSchema,
  ServiceError,
} from '../../schemas/index.ts';
import type { RemainingMs } from './deadline.ts';
import { SubmissionInterruptedError } from './publish-records.ts';
import type { Submit, SubmitOutcome, SubmitRequest } from './submit.ts';

export interface MessagesDeps {
  submit: Submit;
  sweep: () => Promise<object>;
  job_queue: JobQueue;
  /** Returns an id that no other invocation has. */
  newOwner: () => string;
  /** Counts a submission that was stopped because it took too many invocations. */
  countStopped: () => void;
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
  return (records, remaining_ms) =>
    handleEach(
      records,
      ({ body }) => handleMessage(deps, body, remaining_ms),
      (message_id, error) =>
        deps.log('error', 'message failed', { message_id, ...describeFailure(error) }),
    );
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
  const target = readTarget(message);
  if (target === undefined) {
    deps.log('warn', 'object ignored: its key names no job', {});
    return;
  }
  const { job_id, hops } = target;
  const owner = deps.newOwner();
  const outcome = await deps.submit({ ...target, owner }, remaining_ms);
  if (outcome === 'more') {
    await deps.job_queue.send({ kind: 'resume', job_id, owner, hops: hops + 1 });
  }
  if (outcome === 'stopped') deps.countStopped();
  deps.log(LEVELS[outcome], 'submission handled', { job_id, outcome, hops });
}

const LEVELS = {
  done: 'info',
  more: 'info',
  ignored: 'info',
  failed: 'warn',
  stopped: 'error',
} as const satisfies Record<SubmitOutcome, string>;

/**
 * Finds the job of a message, and how the message asks for its submission. Returns undefined if the
 * message announces an object whose key names no job.
 */
function readTarget(
  message: Exclude<JobMessage, { kind: 'sweep' }>,
): Omit<SubmitRequest, 'owner'> | undefined {
  if (!('detail' in message)) {
    const { job_id, owner, hops = 0 } = message;
    return { job_id, from: owner, hops };
  }
  const { key } = message.detail.object;
  const job_id = jobIdOfInputKey(key);
  return job_id === undefined ? undefined : { job_id, hops: 0, object_key: key };
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
