import { sleep as sleepByTimer } from '../lib/sleep.ts';
import type { JobResultsResponse, JobsResponse, StatusResponse } from '../schemas/index.ts';
import { isFinal } from '../schemas/job-status.ts';
import { downloadResults } from './download.ts';
import { readPages, sendForJson } from './json.ts';
import { type ClientOptions, DEFAULT_ATTEMPTS, type Send } from './send.ts';
import type { Client, WaitOptions } from './types.ts';

const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 10_000;
const POLL_GROWTH = 1.3;

type JobMethods = Pick<
  Client,
  'submit' | 'status' | 'waitForJob' | 'jobs' | 'cancel' | 'results' | 'download'
>;

/** Creates the methods of the client that submit, watch, cancel and read jobs. */
export function createJobMethods(send: Send, options: ClientOptions): JobMethods {
  const { max_attempts = DEFAULT_ATTEMPTS, sleep = sleepByTimer } = options;
  const readStatus = (job_id: string, signal?: AbortSignal) =>
    sendForJson<StatusResponse>(send, `/status/${encodeURIComponent(job_id)}`, { signal });
  return {
    submit: (request, { idempotency_key = crypto.randomUUID(), signal } = {}) =>
      sendForJson(send, '/analyze/async', {
        method: 'POST',
        body: request,
        signal,
        headers: { 'idempotency-key': idempotency_key },
      }),
    status: (job_id, { signal } = {}) => readStatus(job_id, signal),
    waitForJob: (job_id, wait = {}) => poll(() => readStatus(job_id, wait.signal), sleep, wait),
    jobs: ({ status, signal } = {}) =>
      readPages(async (cursor) => {
        const page = { query: { status, cursor }, signal };
        const { jobs, next_cursor } = await sendForJson<JobsResponse>(send, '/jobs', page);
        return { items: jobs, next_cursor };
      }),
    cancel: (job_id, { signal } = {}) =>
      sendForJson(send, `/jobs/${encodeURIComponent(job_id)}`, { method: 'DELETE', signal }),
    results: (job_id, { page_size = 500, signal } = {}) =>
      readPages(async (cursor) => {
        const path = `/jobs/${encodeURIComponent(job_id)}/results`;
        const page = { query: { limit: page_size, cursor }, signal };
        const { results, next_cursor } = await sendForJson<JobResultsResponse>(send, path, page);
        return { items: results, next_cursor };
      }),
    download: (job_id, { signal } = {}) =>
      downloadResults(send, job_id, { max_attempts, sleep, signal }),
  };
}

async function poll(
  readStatus: () => Promise<StatusResponse>,
  sleep: NonNullable<ClientOptions['sleep']>,
  { poll_ms = FIRST_POLL_MS, on_progress, signal }: WaitOptions,
): Promise<StatusResponse> {
  for (let wait_ms = poll_ms; ; wait_ms = Math.min(LONGEST_POLL_MS, wait_ms * POLL_GROWTH)) {
    const status = await readStatus();
    on_progress?.(status);
    if (isFinal(status.status)) return status;
    await sleep(wait_ms, signal);
  }
}
