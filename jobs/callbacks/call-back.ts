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
  /** The deployment's, of which each tenant's is made. */
  secret: () => Promise<string>;
  /** Epoch milliseconds. */
  now: () => number;
}

/** How long each attempt waits after the one before, in seconds: SQS delays no longer than the last. */
const DELAYS_SECONDS = [60, 300, 900];

export type CalledBack = 'delivered' | 'again' | 'failed' | 'ignored';

/**
 * Makes one attempt to tell that a job is over, and records it. A message that comes twice makes no second attempt of
 * the same number once the first is recorded; one that died before that is made again, under the same delivery id.
 */
export function createCallBack(
  deps: CallBackDeps,
): (message: CallbackMessage) => Promise<CalledBack> {
  return async ({ job_id, attempt }) => {
    const job = await deps.store.get(job_id);
    const { callback } = job ?? {};
    const is_due = callback?.state === 'pending' && callback.attempts.length === attempt - 1;
    if (job === undefined || callback === undefined || !isFinal(job.status) || !is_due) {
      return 'ignored';
    }
    const started_at = deps.now();
    const outcome = await tell(deps, job, callback.delivery_id, callback.url);
    const delay_seconds = DELAYS_SECONDS[attempt - 1];
    const state = isDelivered(outcome)
      ? 'delivered'
      : delay_seconds === undefined
        ? 'failed'
        : 'pending';
    const recorded = await deps.store.addCallbackAttempt(
      job_id,
      attempt,
      {
        attempted_at: new Date(started_at).toISOString(),
        duration_ms: Math.round(deps.now() - started_at),
        ...outcome,
      },
      state,
    );
    if (recorded === undefined) return 'ignored';
    if (state !== 'pending') return state;
    await deps.queue.send({ job_id, attempt: attempt + 1 }, delay_seconds!);
    return 'again';
  };
}

async function tell(
  { store, post, secret, now }: CallBackDeps,
  job: Job,
  delivery_id: string,
  url: string,
): Promise<PostOutcome> {
  const event = job.status === 'FAILED' ? 'job.failed' : 'job.completed';
  const { progress } = progressOf(job, await store.pages(job));
  const { job_id, status, source_id, created_at, started_at, completed_at, error } = job;
  const view = { job_id, status, source_id, created_at, started_at, completed_at, progress, error };
  const body = JSON.stringify({ event, delivery_id, job: view } satisfies CallbackBody);
  const timestamp = Math.floor(now() / 1_000);
  const own_secret = deriveCallbackSecret(await secret(), job.tenant);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'AuraStream',
    'x-aurastream-event': event,
    'x-aurastream-delivery': delivery_id,
    'x-aurastream-timestamp': String(timestamp),
    'x-aurastream-signature': signCallback(own_secret, timestamp, body),
  };
  return post(url, headers, body);
}

function isDelivered(outcome: PostOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}
