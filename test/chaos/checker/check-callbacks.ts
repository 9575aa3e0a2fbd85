import { createHmac } from 'node:crypto';
import type { Books, Delivery, JobBook } from './books.ts';
import type { Findings } from './findings.ts';
import { callbackBodySchema, type JobStatus } from './formats.ts';
import type { StoreContents } from './stores.ts';

/**
 * Checks that each final job reached its receiver at least once, that every callback is signed and
 * has the job's totals, and that a cancelled job sent no callback.
 */
export function checkCallbacks(books: Books, contents: StoreContents, findings: Findings): void {
  const delivered = new Map<string, Set<string>>();
  for (const delivery of books.deliveries) {
    const checked = checkDelivery(books, contents, delivery);
    if (typeof checked === 'string') {
      findings.add('wrong_callbacks', checked);
      continue;
    }
    const { job_id, delivery_id } = checked;
    const ids = (delivered.get(job_id) ?? new Set()).add(delivery_id);
    if (ids.size > 1) findings.add('wrong_callbacks', `${job_id}: a second delivery id`);
    delivered.set(job_id, ids);
  }
  const answered = new Set(books.deliveries.filter(isTaken).map(jobIdOf));
  for (const { job_id, has_callback } of books.jobs) {
    const status = contents.jobs.get(job_id);
    if (!has_callback || status === undefined || status.status === 'CANCELLED') continue;
    if (!answered.has(job_id)) findings.add('wrong_callbacks', `${job_id}: no callback arrived`);
    else if (status.callback?.state !== 'delivered') {
      const description = `${job_id}: the callback is ${status.callback?.state}, not delivered`;
      findings.add('wrong_callbacks', description);
    }
  }
}

function isTaken({ answered = 0 }: Delivery): boolean {
  return answered >= 200 && answered < 300;
}

function jobIdOf({ body }: Delivery): string | undefined {
  return callbackBodySchema.safeParse(parseJson(body)).data?.job.job_id;
}

/** Returns the ids of a right delivery, or a description of what is wrong. */
function checkDelivery(
  { jobs, callback_secret }: Books,
  contents: StoreContents,
  { headers, body }: Delivery,
): { job_id: string; delivery_id: string } | string {
  const timestamp = headers['x-aurastream-timestamp'];
  const hmac = createHmac('sha256', callback_secret).update(`${timestamp}.${body}`);
  if (headers['x-aurastream-signature'] !== `sha256=${hmac.digest('hex')}`) {
    return 'a callback with a wrong signature';
  }
  const parsed = callbackBodySchema.safeParse(parseJson(body));
  if (!parsed.success) return 'a callback with an unknown body';
  const { event, delivery_id, job } = parsed.data;
  const book = jobs.find(({ job_id }) => job_id === job.job_id);
  const status = contents.jobs.get(job.job_id);
  if (book === undefined || status === undefined) return `${job.job_id}: a callback of no job`;
  if (headers['x-aurastream-delivery'] !== delivery_id) return `${job.job_id}: two delivery ids`;
  const problem = describeCallback(book, status, { event, job });
  return problem === undefined ? { job_id: job.job_id, delivery_id } : `${job.job_id}: ${problem}`;
}

function describeCallback(
  { has_callback }: JobBook,
  status: JobStatus,
  { event, job }: { event: string; job: Pick<JobStatus, 'status' | 'progress'> },
): string | undefined {
  if (!has_callback) return 'a callback that the caller did not ask for';
  if (status.status === 'CANCELLED') return 'a callback of a cancelled job';
  if (job.status !== status.status) return `a callback with the status ${job.status}`;
  const expected = status.status === 'FAILED' ? 'job.failed' : 'job.completed';
  if (event !== expected) return `the event ${event}, not ${expected}`;
  const names = ['total', 'done', 'succeeded', 'failed', 'set_aside'] as const;
  const wrong = names.find((name) => job.progress[name] !== status.progress[name]);
  return wrong === undefined ? undefined : `a callback with a wrong ${wrong}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
