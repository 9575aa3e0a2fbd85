import type { JobDownloadEnd, JobResult } from '../schemas/index.ts';
import { ApiError } from './errors.ts';
import { readLines } from './read-lines.ts';
import type { Send } from './send.ts';

interface DownloadOptions {
  max_attempts: number;
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  signal: AbortSignal | undefined;
}

const PAUSE_MS = 1_000;

/**
 * Yields the rows of a download, and goes on where one response ends before the last row. A response
 * that breaks off is requested again: the caller does not get a row twice.
 *
 * @throws {ApiError} `INCOMPLETE` if responses break off again and again without a new row.
 */
export async function* downloadResults(
  send: Send,
  job_id: string,
  options: DownloadOptions,
): AsyncGenerator<JobResult, void> {
  const path = `/jobs/${encodeURIComponent(job_id)}/download`;
  const { signal } = options;
  const headers = { accept: 'application/x-ndjson' };
  let cursor: string | undefined;
  do {
    const query = { cursor };
    cursor = yield* readResponses(() => send(path, { headers, query, signal }), options);
  } while (cursor !== undefined);
}

/**
 * Yields the rows of one response, which is requested again if it breaks off.
 *
 * @returns the cursor of the next response.
 */
async function* readResponses(
  request: () => Promise<Response>,
  { max_attempts, sleep, signal }: DownloadOptions,
): AsyncGenerator<JobResult, string | undefined> {
  let yielded = 0;
  let cause: unknown;
  for (let attempt = 1; attempt <= max_attempts; attempt += 1) {
    if (attempt > 1) await sleep(PAUSE_MS * attempt, signal);
    const response = await request();
    let rows = 0;
    try {
      for await (const line of readLines(response)) {
        const value = JSON.parse(line) as JobResult | JobDownloadEnd;
        if ('end' in value) return value.end.next_cursor;
        rows += 1;
        if (rows <= yielded) continue;
        yielded = rows;
        attempt = 1;
        yield value;
      }
      cause = undefined;
    } catch (error) {
      if (signal?.aborted) throw error;
      cause = error;
    }
  }
  const message = `The download broke off after ${yielded} rows of this response`;
  throw new ApiError(0, message, { code: 'INCOMPLETE', cause });
}
