import type { Context } from 'hono';
import type { z } from 'zod';
import { formatResultsCsv } from '../../jobs/results-csv.ts';
import type { Job, JobResult, jobResultsQuerySchema } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { formatPosition, parsePosition } from '../http/cursor.ts';
import type { ApiEnv } from '../http/env.ts';
import { joinResults, ROWS_PER_READ, readChunks } from './job-rows.ts';

/**
 * Largest total size of the rows of a page in the answer of the function, in bytes. Lambda allows
 * 6 MB per answer. The row of a record has less than 3 MB, because a row of the results table has at
 * most 400 KB.
 */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

interface JobResultsPage {
  results: JobResult[];
  /** Index of the first record of the next page. */
  next?: number;
}

/**
 * Answers with a page of a job's records. The records are in the order of the job's input and in
 * the format that the request's Accept header names.
 */
export async function answerJobResults(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  job: Job,
  query: z.output<typeof jobResultsQuerySchema>,
): Promise<Response> {
  const from = query.cursor === undefined ? 0 : parsePosition(query.cursor);
  const page = await readPage(deps, job, from, query.limit);
  const { tenant, job_id } = job;
  c.set('read', { act: 'read_job_results', tenant, selectors: { job_id } });
  const next_cursor = page.next === undefined ? undefined : formatPosition(page.next);
  const accept = c.req.header('accept') ?? '';
  const format = FORMATS.find(({ media_type }) => accept.includes(media_type));
  if (format === undefined) {
    return c.json({
      results: page.results,
      ...(next_cursor === undefined ? {} : { next_cursor }),
    });
  }
  if (next_cursor !== undefined) {
    const limit = `limit=${query.limit}`;
    c.header('X-Next-Cursor', next_cursor);
    c.header('Link', `<?${limit}&cursor=${next_cursor}>; rel="next"`);
  }
  return c.body(format.write(page.results), 200, {
    'Content-Type': `${format.media_type}; charset=utf-8`,
  });
}

const FORMATS = [
  {
    media_type: 'application/x-ndjson',
    write: (results: JobResult[]) =>
      results.map((result) => `${JSON.stringify(result)}\n`).join(''),
  },
  { media_type: 'text/csv', write: formatResultsCsv },
];

/**
 * Reads one page of the job's record list and joins the records with the results table. Because the
 * function reads the list and not the table, each record of the input appears exactly once, even
 * if another job or producer has published records with the same ids.
 */
async function readPage(
  deps: ApiDeps,
  job: Job,
  from: number,
  limit: number,
): Promise<JobResultsPage> {
  const page: JobResultsPage = { results: [] };
  let bytes = 0;
  const chunk_size = Math.min(ROWS_PER_READ, limit + 1);
  for await (const chunk of readChunks(deps, job, from, chunk_size)) {
    const rows = await joinResults(deps, job, chunk.slice(0, limit - page.results.length));
    for (const [i, { job_index }] of chunk.entries()) {
      const row = rows[i];
      bytes += row === undefined ? 0 : countAnswerBytes(row);
      const is_full = bytes > MAX_ANSWER_BYTES && page.results.length > 0;
      if (row === undefined || is_full) return { ...page, next: job_index };
      page.results.push(row);
    }
  }
  return page;
}

/**
 * Counts the bytes that a row takes in the answer of the function. The answer has the page as a JSON
 * string, so that the quotation marks and backslashes of the row are escaped a second time.
 */
function countAnswerBytes(row: JobResult): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(row)));
}
