import type { Context } from 'hono';
import type { z } from 'zod';
import { type InputEntry, readInput } from '../../ingest/submission/input.ts';
import { toJobError } from '../../ingest/submission/input-error.ts';
import { InputChangedError } from '../../ingest/submission/ports.ts';
import { formatResultsCsv } from '../../jobs/results-csv.ts';
import {
  hashText,
  type InputPosition,
  type Job,
  type JobResult,
  type jobResultsQuerySchema,
  type RecordInput,
  type Result,
  recordKey,
  stampOf,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { formatPosition, parsePosition } from '../http/cursor.ts';
import type { ApiEnv } from '../http/env.ts';
import { HttpError } from '../http/errors.ts';

/**
 * Largest total size of the rows of a page in the answer of the function, in bytes. Lambda allows
 * 6 MB per answer. The row of a record has less than 3 MB, because a row of the results table has at
 * most 400 KB.
 */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const ROWS_PER_READ = 100;

interface JobResultsPage {
  results: JobResult[];
  next?: InputPosition;
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
  const from = query.cursor === undefined ? { records: 0, bytes: 0 } : parsePosition(query.cursor);
  const page = await readPage(deps, job, from, query.limit);
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
 * Reads one page of the job's input and joins the records with the results table. Because the
 * function reads the input and not the table, each record of the input appears exactly once, even
 * if another job or producer has published records with the same ids.
 */
async function readPage(
  deps: ApiDeps,
  job: Job,
  from: InputPosition,
  limit: number,
): Promise<JobResultsPage> {
  const page: JobResultsPage = { results: [] };
  // A file that cannot be read fails before its first record is published.
  const is_unreadable = job.error?.code === 'INPUT_UNREADABLE';
  if (job.input.etag === undefined || is_unreadable) return page;
  let bytes = 0;
  let end = from;
  try {
    const chunk_size = Math.min(ROWS_PER_READ, limit + 1);
    for await (const chunk of readChunks(readInput(deps.inputs, job, from), chunk_size)) {
      const rows = await joinResults(deps, job, chunk.slice(0, limit - page.results.length));
      for (const [i, entry] of chunk.entries()) {
        const row = rows[i];
        bytes += row === undefined ? 0 : countAnswerBytes(row);
        const is_full = bytes > MAX_ANSWER_BYTES && page.results.length > 0;
        if (row === undefined || is_full) return { ...page, next: end };
        page.results.push(row);
        end = entry.end;
      }
    }
    return page;
  } catch (error) {
    if (!(error instanceof InputChangedError)) throw error;
    throw new HttpError('NOT_FOUND', 'The input of this job is no longer kept');
  }
}

/**
 * Counts the bytes that a row takes in the answer of the function. The answer has the page as a JSON
 * string, so that the quotation marks and backslashes of the row are escaped a second time.
 */
function countAnswerBytes(row: JobResult): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(row)));
}

/**
 * Groups entries into chunks, so that one read of the results table can serve a whole chunk. The
 * chunks also end where the file cannot be read, or is empty. The job becomes FAILED then, and says why.
 */
async function* readChunks(
  entries: AsyncIterable<InputEntry>,
  size: number,
): AsyncIterable<InputEntry[]> {
  let chunk: InputEntry[] = [];
  try {
    for await (const entry of entries) {
      chunk.push(entry);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
  } catch (error) {
    const code = toJobError(error)?.code;
    if (code !== 'INPUT_UNREADABLE' && code !== 'INPUT_EMPTY') throw error;
  }
  if (chunk.length > 0) yield chunk;
}

async function joinResults(deps: ApiDeps, job: Job, entries: InputEntry[]): Promise<JobResult[]> {
  const keys = entries.flatMap((entry) =>
    entry.ok ? [{ ...entry.record, tenant: job.tenant }] : [],
  );
  const rows = keys.length === 0 ? new Map<string, Result>() : await deps.results.getMany(keys);
  return entries.map((entry): JobResult => {
    const { job_index } = entry;
    if (!entry.ok) return { job_index, outcome: 'set_aside', issues: entry.issues };
    const { source, record_id } = entry.record;
    const result = rows.get(recordKey({ tenant: job.tenant, source, record_id }));
    if (result === undefined || !isAsNew(result, entry.record, stampOf(job))) {
      return { job_index, record_id, outcome: 'pending' };
    }
    return { job_index, record_id, outcome: 'done', result: addText(result, entry.record.text) };
  });
}

/**
 * Returns true if a result is that of a record of the job or a newer one. An older row comes from an
 * earlier job or another producer.
 */
function isAsNew(result: Result, { record_version }: RecordInput, stamp: number): boolean {
  const { record_version: version = -1 } = result;
  if (record_version !== undefined && version !== record_version) return version > record_version;
  return result.stamp >= stamp;
}

/**
 * Largest text that is added to a row, in bytes of the answer. A row of the results table without
 * its text has at most 3 MB there.
 */
const MAX_ADDED_BYTES = 2 * 1024 * 1024;

/**
 * Adds the text of the input to a result that is stored without its text. The hash shows that the
 * text is the one that was analysed, and not the text of an earlier version or of a withdrawn record.
 */
function addText(result: Result, text = ''): Result {
  if (result.text !== undefined || text === '' || hashText(text) !== result.text_hash)
    return result;
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(text)));
  return bytes > MAX_ADDED_BYTES ? result : { ...result, text };
}
