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
import type { Post, PostOutcome } from './post.ts';

export interface CallBackDeps {
  store: JobStore;
  queue: CallbackQueue;
  post: Post;
  /** The secret of the deployment; each tenant's secret is derived from it. */
  secret: () => Promise<string>;
  /** Epoch milliseconds. */
  now: () => number;
}

type Callback = NonNullable<Job['callback']>;

/** Delays before the second, third and fourth attempt. SQS delays a message by at most 900 seconds. */
const RETRY_DELAYS_SECONDS = [60, 300, 900];

/** `retrying`: the next attempt is in the queue. `ignored`: this attempt is not due. */
export type CallBackOutcome = 'delivered' | 'retrying' | 'failed' | 'ignored';

/**
 * Makes one attempt to report a final job to its callback URL, and records the attempt. A message that is delivered
 * twice makes no second attempt once the first is recorded. If the function dies before that, the attempt is repeated
 * under the same delivery id.
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
    const delay_seconds = isDelivered(outcome) ? undefined : RETRY_DELAYS_SECONDS[attempt - 1];
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
  { store, post, secret, now }: CallBackDeps,
  job: Job,
  { delivery_id, url }: Callback,
): Promise<PostOutcome> {
  const event = job.status === 'FAILED' ? 'job.failed' : 'job.completed';
  const { progress } = progressOf(job, await store.pages(job));
  const { job_id, status, source_id, created_at, started_at, completed_at, error } = job;
  const view = { job_id, status, source_id, created_at, started_at, completed_at, progress, error };
  const body = JSON.stringify({ event, delivery_id, job: view } satisfies CallbackBody);
  const timestamp = Math.floor(now() / 1_000);
  const tenant_secret = deriveCallbackSecret(await secret(), job.tenant);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'AuraStream',
    'x-aurastream-event': event,
    'x-aurastream-delivery': delivery_id,
    'x-aurastream-timestamp': String(timestamp),
    'x-aurastream-signature': signCallback(tenant_secret, timestamp, body),
  };
  return post(url, headers, body);
}

function isDelivered(outcome: PostOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}
