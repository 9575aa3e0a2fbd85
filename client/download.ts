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
  let next: Next = { cursor: undefined, skip: 0 };
  do {
    const query = { cursor: next.cursor };
    const request = () => send(path, { headers, query, signal });
    next = yield* readResponses(request, next.skip, options);
  } while (next.cursor !== undefined);
}

/** Where the next response begins, and the number of its first rows that the caller has already. */
interface Next {
  cursor: string | undefined;
  skip: number;
}

/**
 * Yields the rows of one response after the first `skip`. The response is requested again if it
 * breaks off, and may then end earlier than the first time: the next response begins with rows that
 * the caller has.
 */
async function* readResponses(
  request: () => Promise<Response>,
  skip: number,
  { max_attempts, sleep, signal }: DownloadOptions,
): AsyncGenerator<JobResult, Next> {
  let yielded = skip;
  let cause: unknown;
  for (let attempt = 1; attempt <= max_attempts; attempt += 1) {
    if (attempt > 1) await sleep(PAUSE_MS * attempt, signal);
    const response = await request();
    let rows = 0;
    try {
      for await (const line of readLines(response)) {
        const value = JSON.parse(line) as JobResult | JobDownloadEnd;
        if ('end' in value) return { cursor: value.end.next_cursor, skip: yielded - rows };
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
