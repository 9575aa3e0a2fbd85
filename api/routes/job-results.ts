import type { Context } from 'hono';
import type { z } from 'zod';
import { type InputEntry, readInput } from '../../ingest/submission/input.ts';
import { InputChangedError } from '../../ingest/submission/ports.ts';
import {
  type InputPosition,
  type Job,
  type JobResult,
  type jobResultsQuerySchema,
  type Result,
  recordKey,
} from '../../schemas/index.ts';
import { csvOf } from '../csv.ts';
import { badCursor, formatPosition, parsePosition } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../errors.ts';

/** Lambda's answers have 6 MB at most; one row more never makes that. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const ROWS_AT_A_TIME = 100;

interface Page {
  results: JobResult[];
  next?: InputPosition;
}

/** A page of a job's records in the order of its input, in the form that the caller asks for. */
export async function jobResults(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  job: Job,
  query: z.output<typeof jobResultsQuerySchema>,
): Promise<Response> {
  const from = query.cursor === undefined ? { records: 0, bytes: 0 } : openCursor(query.cursor);
  const page = await read(deps, job, from, query.limit);
  const next_cursor = page.next === undefined ? undefined : formatPosition(page.next);
  const accept = c.req.header('accept') ?? '';
  const form = FORMS.find(({ media_type }) => accept.includes(media_type));
  if (form === undefined) {
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
  return c.body(form.write(page.results), 200, {
    'Content-Type': `${form.media_type}; charset=utf-8`,
  });
}

const FORMS = [
  {
    media_type: 'application/x-ndjson',
    write: (results: JobResult[]) =>
      results.map((result) => `${JSON.stringify(result)}\n`).join(''),
  },
  { media_type: 'text/csv', write: csvOf },
];

function openCursor(cursor: string): InputPosition {
  try {
    return parsePosition(cursor);
  } catch (error) {
    return badCursor(error);
  }
}

/** The input joined with the results: so each record is there once, whoever else has results of the same id. */
async function read(deps: ApiDeps, job: Job, from: InputPosition, limit: number): Promise<Page> {
  const page: Page = { results: [] };
  if (job.input.etag === undefined) return page;
  let bytes = 0;
  let entries: InputEntry[] = [];
  let end = from;
  const take = async () => {
    const joined = await join(deps, job, entries);
    for (const [i, result] of joined.entries()) {
      bytes += Buffer.byteLength(JSON.stringify(result));
      if (bytes > MAX_ANSWER_BYTES && page.results.length > 0) return false;
      page.results.push(result);
      end = entries[i]!.end;
    }
    entries = [];
    return true;
  };
  try {
    for await (const entry of readInput(deps.inputs, job, from)) {
      if (page.results.length + entries.length === limit) {
        await take();
        page.next = end;
        return page;
      }
      entries.push(entry);
      if (entries.length === ROWS_AT_A_TIME && !(await take())) {
        page.next = end;
        return page;
      }
    }
    if (!(await take())) page.next = end;
    return page;
  } catch (error) {
    if (!(error instanceof InputChangedError)) throw error;
    throw new ApiError('NOT_FOUND', 'The input of this job is not kept any more');
  }
}

async function join(deps: ApiDeps, job: Job, entries: InputEntry[]): Promise<JobResult[]> {
  const keys = entries.flatMap((entry) =>
    entry.ok ? [{ tenant: job.tenant, record_id: entry.record.record_id }] : [],
  );
  const rows = keys.length === 0 ? new Map<string, Result>() : await deps.results.getMany(keys);
  return entries.map((entry): JobResult => {
    const { job_index } = entry;
    if (!entry.ok) return { job_index, outcome: 'set_aside', issues: entry.issues };
    const { record_id } = entry.record;
    const result = rows.get(recordKey({ tenant: job.tenant, record_id }));
    const version = entry.record.record_version ?? 0;
    if (result === undefined || result.record_version < version) {
      return { job_index, record_id, outcome: 'pending' };
    }
    return { job_index, record_id, outcome: 'done', result };
  });
}
