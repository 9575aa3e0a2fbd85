import type { Context } from 'hono';
import { type Job, jobDownloadQuerySchema } from '../../schemas/index.ts';
import type { ApiDeps, AppDeps } from '../deps.ts';
import { createBody } from '../download/body.ts';
import { DOWNLOAD_FORMATS, type DownloadFormat } from '../download/formats.ts';
import { readJobRows } from '../download/rows.ts';
import { startReading } from '../download/start-reading.ts';
import { acceptsGzip } from '../http/accepts-gzip.ts';
import { parsePosition } from '../http/cursor.ts';
import type { ApiEnv } from '../http/env.ts';
import { HttpError, toHttpError } from '../http/errors.ts';
import { parseQuery } from '../http/parse.ts';
import { findJob, jobParams } from './find-job.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** Dependencies of the download. Its function has no permission for anything else. */
export type DownloadDeps = AppDeps &
  Pick<ApiDeps, 'jobs' | 'record_lists' | 'results' | 'download_limits' | 'on_download'>;

export const downloadRoute: Route<DownloadDeps> = {
  method: 'GET',
  path: '/jobs/{job_id}/download',
  operation_id: 'download',
  summary: 'The outcome of every record of a job in one streamed file, in the order of its input',
  tag: 'Jobs',
  access: ['read'],
  params: jobParams,
  query: jobDownloadQuerySchema,
  answers: {
    200: {
      description:
        'JSON lines, or CSV if the Accept header names it. The last of the JSON lines is ' +
        '`{"end":{"rows":…}}`, with `next_cursor` if the job has more records than one response ' +
        'holds. A CSV file that is not complete ends with a line that begins with INCOMPLETE. ' +
        'Compressed with gzip if the caller accepts that.',
      content: ['application/x-ndjson', 'text/csv'],
      headers: {
        'X-Job-Records': 'Number of records of the job; absent until they are counted',
        'Content-Disposition': 'A name for the file',
      },
    },
  },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { cursor } = parseQuery(c.req, jobDownloadQuerySchema);
    const is_csv = (c.req.header('accept') ?? '').includes('text/csv');
    if (is_csv && cursor !== undefined) {
      throw new HttpError('VALIDATION_ERROR', 'cursor: a CSV file cannot be continued', {
        field: 'cursor',
      });
    }
    const job = await findJob(deps, c);
    setHeaders(c, job, is_csv ? DOWNLOAD_FORMATS.csv : DOWNLOAD_FORMATS.jsonl);
    if (c.req.method === 'HEAD') return c.body(null);
    const { tenant, job_id } = job;
    c.set('read', { act: 'download_job_results', tenant, selectors: { job_id } });
    return streamResults(deps, c, job, { cursor, is_csv });
  },
};

function setHeaders(c: Context<ApiEnv>, job: Job, format: DownloadFormat): void {
  const { media_type, file_ending } = format;
  c.header('Content-Type', `${media_type}; charset=utf-8`);
  c.header('Content-Disposition', `attachment; filename="${job.job_id}.${file_ending}"`);
  c.header('Vary', 'Accept, Accept-Encoding', { append: true });
  if (job.total !== undefined) c.header('X-Job-Records', String(job.total));
}

/**
 * Streams the outcome of the job's records. The first of them are read before the status is sent, so
 * that a service that is down is answered with its status.
 */
async function streamResults(
  deps: DownloadDeps,
  c: Context<ApiEnv>,
  job: Job,
  { cursor, is_csv }: { cursor: string | undefined; is_csv: boolean },
): Promise<Response> {
  const from = cursor === undefined ? 0 : parsePosition(cursor);
  const rows = await startReading(readJobRows(deps, job, from));
  const started_at = deps.now();
  const { bytes, milliseconds } = deps.download_limits;
  const sent = { bytes: 0 };
  const isSpent = () => sent.bytes >= bytes || deps.now() - started_at >= milliseconds;
  const progress = { rows: 0, isSpent };
  const format = is_csv ? DOWNLOAD_FORMATS.csv : DOWNLOAD_FORMATS.jsonl;
  const is_gzip = acceptsGzip(c.req.header('accept-encoding'));
  if (is_gzip) c.header('Content-Encoding', 'gzip');
  const request_id = c.get('request_id');
  const onEnd: Parameters<typeof createBody>[1]['onEnd'] = ({ is_cut_off, error }) => {
    const duration_ms = deps.now() - started_at;
    const report = { request_id, rows: progress.rows, bytes: sent.bytes, duration_ms };
    deps.on_download?.({ ...report, is_cut_off });
    if (error !== undefined && toHttpError(error) === undefined) deps.on_error?.(error, request_id);
  };
  return c.body(createBody(format.write(rows, progress), { is_gzip, sent, onEnd }));
}
