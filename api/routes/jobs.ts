import { endJob } from '../../jobs/end-job.ts';
import { progressOf } from '../../jobs/read-progress.ts';
import {
  deriveJobRecordId,
  isFinal,
  type Job,
  type JobsResponse,
  type JobView,
  jobResultsQuerySchema,
  jobResultsResponseSchema,
  jobsQuerySchema,
  jobsResponseSchema,
  jobViewSchema,
  type StatusResponse,
  statusResponseSchema,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { throwBadCursor } from '../http/cursor.ts';
import { HttpError } from '../http/errors.ts';
import { parseQuery } from '../http/parse.ts';
import { downloadRoute } from './download.ts';
import { estimateEnd } from './estimate.ts';
import { findJob, jobParams } from './find-job.ts';
import { answerJobResults } from './job-results.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const status: Route = {
  method: 'GET',
  path: '/status/{job_id}',
  operation_id: 'status',
  summary: 'How far a job has come',
  tag: 'Jobs',
  access: ['read', 'jobs'],
  params: jobParams,
  answers: { 200: { description: 'The job', schema: statusResponseSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const status = await readStatus(deps, await findJob(deps, c));
    const { job_id } = status;
    if (status.result !== undefined) {
      c.set('read', { act: 'read_job_results', tenant: c.get('tenant'), selectors: { job_id } });
    }
    return c.json(status);
  },
};

const list: Route = {
  method: 'GET',
  path: '/jobs',
  operation_id: 'jobs',
  summary: 'Your jobs, newest first',
  tag: 'Jobs',
  access: ['read', 'jobs'],
  query: jobsQuerySchema,
  answers: { 200: { description: 'A page of jobs', schema: jobsResponseSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, jobsQuerySchema);
    const { jobs, cursor } = await deps.jobs
      .list({ tenant: c.get('tenant'), ...query })
      .catch(throwBadCursor);
    return c.json({
      jobs: jobs.map((job) => ({ ...toSummary(job), total: job.total ?? 0 })),
      ...(cursor === undefined ? {} : { next_cursor: cursor }),
    } satisfies JobsResponse);
  },
};

const cancel: Route = {
  method: 'DELETE',
  path: '/jobs/{job_id}',
  operation_id: 'cancel',
  summary: 'Cancels a job; texts that are not analysed yet are not billed',
  tag: 'Jobs',
  access: ['jobs'],
  params: jobParams,
  answers: { 200: { description: 'The cancelled job', schema: jobViewSchema } },
  errors: ['NOT_FOUND', 'CONFLICT', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const job = await findJob(deps, c);
    const on_final = () => Promise.resolve();
    const deps_of_final = { store: deps.jobs, now: deps.now, on_final };
    const cancelled = isFinal(job.status)
      ? job
      : ((await endJob(deps_of_final, job, 'cancelled_by_caller')) ?? (await findJob(deps, c)));
    if (cancelled.status !== 'CANCELLED') {
      throw new HttpError(
        'CONFLICT',
        `The job can no longer be cancelled: it is ${cancelled.status}`,
      );
    }
    return c.json(await readView(deps, cancelled));
  },
};

const results: Route = {
  method: 'GET',
  path: '/jobs/{job_id}/results',
  operation_id: 'results',
  summary: 'What became of each record of a job, in the order of its input',
  tag: 'Jobs',
  access: ['read'],
  params: jobParams,
  query: jobResultsQuerySchema,
  answers: {
    200: {
      description:
        'A page of records, as JSON, or as JSON lines or CSV if the Accept header names that',
      schema: jobResultsResponseSchema,
      content: ['application/x-ndjson', 'text/csv'],
      headers: {
        'X-Next-Cursor': 'The cursor of the next page; absent on the last page',
        Link: 'The URL of the next page, rel="next"',
      },
    },
  },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, jobResultsQuerySchema);
    return answerJobResults(deps, c, await findJob(deps, c), query);
  },
};

export const jobRoutes: Route[] = [status, list, cancel, results, downloadRoute];

function toSummary(job: Job): Omit<JobView, 'progress'> {
  const { job_id, status, source_id, created_at, started_at, completed_at, error } = job;
  return { job_id, status, source_id, created_at, started_at, completed_at, error };
}

async function readView(deps: ApiDeps, job: Job): Promise<JobView> {
  const { progress } = progressOf(job, await deps.jobs.pages(job));
  return { ...toSummary(job), progress };
}

async function readStatus(deps: ApiDeps, job: Job): Promise<StatusResponse> {
  const { progress, counts } = progressOf(job, await deps.jobs.pages(job));
  const is_single = job.input.kind === 'text' && progress.done === 1;
  const result = is_single
    ? await deps.results.get({
        tenant: job.tenant,
        source: job.source_id,
        record_id: deriveJobRecordId(job.job_id, 0),
      })
    : undefined;
  const has_estimate = job.status === 'PROCESSING' || job.input.kind !== 'upload';
  const left = Math.max(1, progress.total - progress.done);
  return {
    ...toSummary(job),
    progress,
    counts,
    ...(isFinal(job.status)
      ? {}
      : { estimated_completion: has_estimate ? await estimateEnd(deps, left) : null }),
    ...(result === undefined ? {} : { result }),
    results_url: `/jobs/${job.job_id}/results`,
    ...(job.callback === undefined ? {} : { callback: job.callback }),
  };
}
