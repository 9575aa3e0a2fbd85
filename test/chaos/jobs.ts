import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client/index.ts';
import type { Random } from '../support/random.ts';
import type { JobBook } from './checker/books.ts';
import { type JobStatus, jobStatusSchema } from './checker/formats.ts';
import { readStatus } from './drain.ts';
import type { Storm } from './storm.ts';

/** How a job is submitted, how large it may be, and how it must end. */
interface JobPlan {
  kind: 'upload' | 'documents' | 'text';
  most: number;
  fate: JobBook['fate'];
}

const PLANS: JobPlan[] = [
  { kind: 'upload', most: 1_500, fate: 'complete' },
  { kind: 'upload', most: 3, fate: 'complete' },
  { kind: 'documents', most: 100, fate: 'complete' },
  { kind: 'text', most: 1, fate: 'complete' },
  { kind: 'upload', most: 1_200, fate: 'cancel' },
  { kind: 'documents', most: 200, fate: 'cancel' },
  { kind: 'upload', most: 1, fate: 'upload_missing' },
];

/** Number of invalid lines in an uploaded file: one in forty. */
const INVALID_EVERY = 40;
/** Time limit for a submission under faults, and for the jobs of a storm after the faults. */
const MAX_WAIT_MS = 10 * 60_000;

/**
 * Submits jobs while faults occur. Each submission is retried until the API accepts the submission.
 * The idempotency key ensures that a retry does not create a second job.
 *
 * @param scale factor for the sizes of the jobs.
 */
export async function startJobs(storm: Storm, random: Random, scale: number): Promise<void> {
  await Promise.all(
    PLANS.map(async (plan, n) => {
      const job = await submit(storm, random.fork(), { plan, n, scale });
      storm.books.jobs.push(job);
      if (plan.fate !== 'cancel') return;
      await sleep(random.between(0, 4_000));
      job.cancellation = await cancel(storm, job.job_id);
    }),
  );
}

async function submit(
  storm: Storm,
  random: Random,
  { plan, n, scale }: { plan: JobPlan; n: number; scale: number },
): Promise<JobBook> {
  const { kind, fate } = plan;
  const size = 1 + random.int(Math.max(1, Math.round(plan.most * scale)));
  const texts = Array.from({ length: size }, (_, i) =>
    kind === 'upload' && i % INVALID_EVERY === INVALID_EVERY - 1
      ? undefined
      : `I love this line of a job #job${n}.${i % 300}#.`,
  );
  const client = createClient({
    base_url: storm.test.cloud.api,
    api_key: storm.api_key,
    max_attempts: 20,
  });
  const has_callback = random.chance(0.8);
  const body = {
    ...inputOf(kind, texts),
    ...(has_callback ? { callback_url: storm.receiver.url } : {}),
  };
  const { job_id, upload } = await retryUntilAccepted(() =>
    client.submit(body, { idempotency_key: `chaos-${n}` }),
  );
  if (upload !== undefined && fate !== 'upload_missing') await uploadLines(upload, texts);
  return { job_id, texts: fate === 'upload_missing' ? [] : texts, has_callback, fate, polls: [] };
}

function inputOf(kind: JobPlan['kind'], texts: (string | undefined)[]) {
  if (kind === 'upload') {
    const size_bytes = Math.max(1, Buffer.byteLength(writeLines(texts)));
    return { upload: { format: 'jsonl' as const, size_bytes } };
  }
  if (kind === 'text') return { text: texts[0] ?? '', language_code: 'en' };
  return { documents: texts.map((text = '') => ({ text, language_code: 'en' })) };
}

function writeLines(texts: (string | undefined)[]): string {
  return texts
    .map((text) => (text === undefined ? 'no JSON' : JSON.stringify({ text, language: 'en' })))
    .join('\n');
}

async function uploadLines(
  { url, headers }: { url: string; headers: Record<string, string> },
  texts: (string | undefined)[],
): Promise<void> {
  const body = writeLines(texts);
  await retryUntilAccepted(async () => {
    const response = await fetch(url, { method: 'PUT', headers, body });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`Expected the upload to succeed, got ${response.status}`);
  });
}

async function cancel({ test, api_key }: Storm, job_id: string): Promise<JobBook['cancellation']> {
  return retryUntilAccepted(async () => {
    const response = await fetch(`${test.cloud.api}/jobs/${job_id}`, {
      method: 'DELETE',
      headers: { 'x-api-key': api_key },
    });
    await response.arrayBuffer();
    if (response.status === 200) return 'accepted';
    if (response.status === 409) return 'refused';
    throw new Error(`Expected the cancellation to succeed, got ${response.status}`);
  });
}

async function retryUntilAccepted<Value>(attempt: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + MAX_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(500);
    }
  }
}

const FINAL = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];

/** Time after which a job counts as stalled, so that the sweeper must help. */
const STALLED_MS = 15_000;

/**
 * Waits until each job is final and its callback has ended. A job that is still open after ten
 * minutes stays open, and the checker reports the job.
 */
export async function finishJobs(storm: Storm): Promise<void> {
  const { test, books } = storm;
  const until = performance.now() + MAX_WAIT_MS;
  const started_at = performance.now();
  for (const { job_id, fate } of books.jobs) {
    if (fate === 'upload_missing') await test.expireJob(job_id);
  }
  await test.control('POST', 'rules/fire');
  let open = books.jobs;
  while (open.length > 0 && performance.now() < until) {
    await test.control('POST', 'queues/release');
    const statuses = await Promise.all(open.map((job) => poll(storm, job)));
    open = open.filter((_, i) => !hasEnded(statuses[i]));
    if (performance.now() - started_at > STALLED_MS) await sweepJobs(storm, open);
    await sleep(500);
  }
}

/** Polls all jobs until the signal aborts. */
export async function watchJobs(storm: Storm, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    for (const job of storm.books.jobs) await poll(storm, job);
    await sleep(2_000);
  }
}

/** Reads the status of a job, and adds the progress to the books. */
async function poll({ test, api_key }: Storm, job: JobBook): Promise<JobStatus | undefined> {
  const response = await fetch(`${test.cloud.api}/status/${job.job_id}`, {
    headers: { 'x-api-key': api_key },
  }).catch(() => undefined);
  const status = jobStatusSchema.safeParse(await response?.json().catch(() => undefined)).data;
  if (status === undefined) return undefined;
  const { done, total } = status.progress;
  job.polls.push({ done, total });
  return status;
}

function hasEnded(status: JobStatus | undefined): boolean {
  if (status === undefined || !FINAL.includes(status.status)) return false;
  const state = status.callback?.state;
  return state !== 'pending';
}

/**
 * Makes the jobs due, as if minutes had passed, and runs the sweeper. Leases end too, unless an invocation
 * may still have one: a fault has killed the others.
 */
async function sweepJobs({ test }: Storm, open: JobBook[]): Promise<void> {
  const due_at = new Date(Date.now() - 1_000).toISOString();
  const { idle } = await readStatus(test);
  const statuses = [
    'PENDING',
    'PROCESSING',
    'COMPLETED',
    'COMPLETED_WITH_ERRORS',
    'FAILED',
  ] as const;
  for (const { job_id } of open) {
    const lease = idle ? (await test.jobs.get(job_id))?.lease : undefined;
    const ended = lease === undefined ? {} : { lease: { ...lease, until: due_at } };
    await test.jobs.update(job_id, [...statuses], { due_at, ...ended });
  }
  await test.control('POST', 'rules/fire');
}
