import {
  type CallbackBody,
  type CallbackMessage,
  deriveCallbackSecret,
  isFinal,
  type Job,
  signCallback,
} from '../../schemas/index.ts';
import type { CallbackQueue, JobStore } from '../ports.ts';
import { progressOf } from '../read-progress.ts';
import { retryDelaySeconds } from './delays.ts';
import type { Post, PostOutcome } from './post.ts';

export interface CallBackDeps {
  store: JobStore;
  queue: CallbackQueue;
  post: Post;
  /**
   * Returns the secrets of the deployment, from which the secrets of each tenant are derived. While
   * the secret is being replaced, there are two.
   */
  secrets: () => Promise<string[]>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

type Callback = NonNullable<Job['callback']>;

/**
 * The outcome of one attempt. `retrying` means that the attempt failed and the message for the next
 * attempt is in the queue. `ignored` means that the attempt was not due or that another invocation
 * had recorded the same attempt.
 */
export type CallBackOutcome = 'delivered' | 'retrying' | 'failed' | 'ignored';

/**
 * Creates the function that makes one attempt to report a final job to the callback URL of the job,
 * and records the attempt in the job. If SQS delivers a message again after the attempt was
 * recorded, the function makes no further attempt. If the function dies before recording the
 * attempt, the next delivery of the message repeats the attempt under the same delivery id.
 */
export function createCallBack(
  deps: CallBackDeps,
): (message: CallbackMessage) => Promise<CallBackOutcome> {
  return async ({ job_id, attempt }) => {
    const job = await deps.store.get(job_id);
    const callback = job?.callback;
    if (job === undefined || callback === undefined || !isDue(job, callback, attempt)) {
      return 'ignored';
    }
    const started_at = deps.now();
    const outcome = await postJob(deps, job, callback);
    const delay_seconds = isDelivered(outcome) ? undefined : retryDelaySeconds(attempt);
    const final_state = isDelivered(outcome) ? 'delivered' : 'failed';
    const recorded = await deps.store.addCallbackAttempt(
      job_id,
      attempt,
      {
        attempted_at: new Date(started_at).toISOString(),
        duration_ms: Math.round(deps.now() - started_at),
        ...outcome,
      },
      delay_seconds === undefined ? final_state : 'pending',
    );
    if (recorded === undefined) return 'ignored';
    if (delay_seconds === undefined) return final_state;
    await deps.queue.send({ job_id, attempt: attempt + 1 }, delay_seconds);
    return 'retrying';
  };
}

function isDue({ status }: Job, { state, attempts }: Callback, attempt: number): boolean {
  return isFinal(status) && state === 'pending' && attempts.length === attempt - 1;
}

async function postJob(
  { store, post, secrets, now }: CallBackDeps,
  job: Job,
  { delivery_id, url }: Callback,
): Promise<PostOutcome> {
  const event = job.status === 'FAILED' ? 'job.failed' : 'job.completed';
  const { progress } = progressOf(job, await store.pages(job));
  const { job_id, status, source_id, created_at, started_at, completed_at, error } = job;
  const view = { job_id, status, source_id, created_at, started_at, completed_at, progress, error };
  const body = JSON.stringify({ event, delivery_id, job: view } satisfies CallbackBody);
  const timestamp = Math.floor(now() / 1_000);
  const signatures = (await secrets()).map((secret) =>
    signCallback(deriveCallbackSecret(secret, job.tenant), timestamp, body),
  );
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'AuraStream',
    'x-aurastream-event': event,
    'x-aurastream-delivery': delivery_id,
    'x-aurastream-timestamp': String(timestamp),
    'x-aurastream-signature': signatures.join(','),
  };
  return post(url, headers, body);
}

function isDelivered(outcome: PostOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}
