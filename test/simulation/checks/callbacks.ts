import { createHmac } from 'node:crypto';
import type { Job } from '../../../schemas/index.ts';
import { isOver, type KnownJob } from './jobs.ts';
import { Violation } from './violation.ts';

/** A request that the receiver of callbacks got. */
export interface ReceivedPost {
  at: number;
  url: string;
  headers: Record<string, string>;
  body: string;
  status: number;
}

/** Seconds from one attempt to the next. The documentation of the API promises these delays. */
const DELAYS = [60, 300, 900];

/** Checks a request at the time at which the receiver gets it. */
export function checkPost(
  known: KnownJob,
  job: Job,
  { at, url, headers, body }: ReceivedPost,
  options: { secret: string; skew_ms: number },
): void {
  const fail = (what: string) => {
    throw new Violation(`Callback of job ${known.job_id}: ${what}`);
  };
  const { callback, status } = job;
  if (!isOver(job) || status === 'CANCELLED') fail(`a request while the job is ${status}`);
  if (callback === undefined || url !== callback.url) fail(`a request to ${url}`);
  const event = status === 'FAILED' ? 'job.failed' : 'job.completed';
  const sent = JSON.parse(body) as {
    event: string;
    delivery_id: string;
    job: { job_id: string; status: string; progress: { done: number; total: number } };
  };
  if (sent.event !== event || headers['x-aurastream-event'] !== event) fail(`event ${sent.event}`);
  const ids = [sent.delivery_id, headers['x-aurastream-delivery']];
  if (ids.some((id) => id !== callback?.delivery_id)) fail(`another delivery id: ${ids}`);
  if (sent.job.job_id !== known.job_id || sent.job.status !== status) fail('another job or status');
  const { done } = sent.job.progress;
  const is_right = status === 'FAILED' ? done <= known.lines.length : done === known.lines.length;
  if (!is_right) fail(`${done} of ${known.lines.length} done in the body`);
  const timestamp = headers['x-aurastream-timestamp'];
  if (Math.abs(Number(timestamp) * 1_000 - at) > 120_000 + options.skew_ms)
    fail('an old timestamp');
  const secret = createHmac('sha256', options.secret)
    .update(`callback\n${known.tenant}`)
    .digest('base64url');
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  if (headers['x-aurastream-signature'] !== `sha256=${signature}`) fail('a wrong signature');
}

/** Checks the recorded attempts of a job's callback, at any time. */
export function checkAttempts(
  { job_id }: KnownJob,
  { callback, status, completed_at }: Job,
  posts: ReceivedPost[],
  options: {
    skew_ms: number;
    /** Time since which no call has failed, in epoch milliseconds. */
    fault_free_since: number | undefined;
  },
): void {
  const fail = (what: string) => {
    throw new Violation(`Callback of job ${job_id}: ${what}`);
  };
  if (callback === undefined) return;
  const { state, attempts } = callback;
  if (attempts.length > posts.length + 10 || attempts.length > 4)
    fail(`${attempts.length} attempts`);
  if (status === 'CANCELLED' && state !== 'waiting') fail(`${state} after a cancellation`);
  const times = attempts.map(({ attempted_at }) => Date.parse(attempted_at));
  // The clock that wrote `completed_at` may be ahead. Then the job has ended earlier, and the answer
  // about its first attempt may have been lost.
  const ended_at = Date.parse(completed_at ?? '') - options.skew_ms;
  const is_calm = ended_at > (options.fault_free_since ?? Infinity);
  for (const [i, delay] of DELAYS.entries()) {
    const [one, next] = [times[i], times[i + 1]];
    if (one === undefined || next === undefined) continue;
    const waited = next - one;
    if (waited < delay * 1_000 - 2 * options.skew_ms - 1_000)
      fail(`attempt ${i + 2} after ${waited / 1_000} s, not after ${delay} s`);
    if (is_calm && waited > delay * 1_000 + 2 * options.skew_ms + 10_000)
      fail(`attempt ${i + 2} only after ${waited / 1_000} s, not after ${delay} s`);
  }
  const was_accepted = posts.some(({ status: answer }) => answer >= 200 && answer < 300);
  const is_recorded = attempts.some(({ status: answer = 0 }) => answer >= 200 && answer < 300);
  if (state === 'delivered' && !(was_accepted && is_recorded)) fail('delivered to no receiver');
  if (state !== 'delivered' && is_recorded) fail(`${state} although an attempt was answered 2xx`);
  if (state === 'failed' && attempts.length !== 4) fail(`failed after ${attempts.length} attempts`);
}

/** Checks at the end that the receiver has got a callback for each job, or that all attempts were made. */
export function checkCallbackEnded({ job_id }: KnownJob, { status, callback }: Job): void {
  const is_wanted = callback !== undefined && status !== 'CANCELLED';
  if (is_wanted && callback.state !== 'delivered' && callback.state !== 'failed')
    throw new Violation(`Callback of job ${job_id}: ${callback.state} at the end`);
}
