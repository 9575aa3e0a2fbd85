import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { JobQueue } from '../../jobs/ports.ts';
import { type JobMessage, jobMessageSchema, ServiceError } from '../../schemas/index.ts';
import { StreamDownError, type Submitted } from './submit.ts';

export interface MessagesDeps {
  submit: (job_id: string, remaining_ms: () => number) => Promise<Submitted>;
  sweep: () => Promise<object>;
  job_queue: JobQueue;
  /** Ids, counts and codes only. */
  log: (level: 'info' | 'warn' | 'error', message: string, details: object) => void;
}

const INPUT_KEY = /^inputs\/([A-Za-z0-9._:-]{1,128})\.(?:jsonl|csv)$/;

/** Does what the messages of the jobs queue ask for. What failed stays in the queue, and comes again. */
export function createMessages(
  deps: MessagesDeps,
): (records: SQSRecord[], remaining_ms: () => number) => Promise<SQSBatchResponse> {
  return async (records, remaining_ms) => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of records) {
      try {
        await work(deps, body, remaining_ms);
      } catch (error) {
        deps.log('error', 'failed', { message_id: messageId, ...told(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
}

async function work(deps: MessagesDeps, body: string, remaining_ms: () => number): Promise<void> {
  const message = jobMessageSchema.parse(JSON.parse(body));
  if ('kind' in message && message.kind === 'sweep') {
    deps.log('info', 'swept', await deps.sweep());
    return;
  }
  const job_id = jobOf(message);
  if (job_id === undefined) {
    deps.log('warn', 'no input of a job', {});
    return;
  }
  const submitted = await deps.submit(job_id, remaining_ms);
  if (submitted === 'more') await deps.job_queue.send({ kind: 'resume', job_id });
  deps.log('info', 'submitted', { job_id, submitted });
}

function jobOf(message: JobMessage): string | undefined {
  if ('detail' in message) return INPUT_KEY.exec(message.detail.object.key)?.[1];
  return message.kind === 'resume' ? message.job_id : undefined;
}

/** The message of an error that we don't know could quote what is read. */
function told(error: unknown): object {
  if (error instanceof ServiceError || error instanceof StreamDownError) {
    return { error: error.message };
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((frame) => /^\s+at /.test(frame));
  return { error_name: error instanceof Error ? error.name : typeof error, frames };
}
