import type { Context } from 'hono';
import * as z from 'zod';
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
  recordId,
  type StatusResponse,
  statusResponseSchema,
} from '../../schemas/index.ts';
import { notFound, parseParam, parseQuery } from '../body.ts';
import { badCursor } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../errors.ts';
import { estimated } from '../estimated.ts';
import { jobResults } from './job-results.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const params = z.object({ job_id: recordId });

const status: Route = {
  method: 'GET',
  path: '/status/{job_id}',
  operation_id: 'status',
  summary: 'How far a job has come',
  tag: 'Jobs',
  needs_key: true,
  params,
  answers: { 200: { description: 'The job', schema: statusResponseSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => c.json(await statusOf(deps, await jobOf(deps, c))),
};

const list: Route = {
  method: 'GET',
  path: '/jobs',
  operation_id: 'jobs',
  summary: 'Your jobs, newest first',
  tag: 'Jobs',
  needs_key: true,
  query: jobsQuerySchema,
  answers: { 200: { description: 'A page of jobs', schema: jobsResponseSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, jobsQuerySchema);
    const { jobs, cursor } = await deps.jobs
      .list({ tenant: c.get('tenant'), ...query })
      .catch(badCursor);
    return c.json({
      jobs: jobs.map((job) => ({ ...summaryOf(job), total: job.total ?? 0 })),
      ...(cursor === undefined ? {} : { next_cursor: cursor }),
    } satisfies JobsResponse);
  },
};

const cancel: Route = {
  method: 'DELETE',
  path: '/jobs/{job_id}',
  operation_id: 'cancel',
  summary: 'Cancels a job: what is not yet analysed is not paid for',
  tag: 'Jobs',
  needs_key: true,
  params,
  answers: { 200: { description: 'The cancelled job', schema: jobViewSchema } },
  errors: ['NOT_FOUND', 'CONFLICT', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const job = await jobOf(deps, c);
    const on_final = () => Promise.resolve();
    const deps_of_final = { store: deps.jobs, now: deps.now, on_final };
    const cancelled = isFinal(job.status)
      ? job
      : ((await endJob(deps_of_final, job, 'cancelled_by_caller')) ?? (await jobOf(deps, c)));
    if (cancelled.status !== 'CANCELLED') {
      throw new ApiError('CONFLICT', `The job is over: it is ${cancelled.status}`);
    }
    return c.json(await viewOf(deps, cancelled));
  },
};

const results: Route = {
  method: 'GET',
  path: '/jobs/{job_id}/results',
  operation_id: 'results',
  summary: 'What became of each record of a job, in the order of its input',
  tag: 'Jobs',
  needs_key: true,
  params,
  query: jobResultsQuerySchema,
  answers: {
    200: {
      description:
        'A page of records; as JSON lines or CSV where that is accepted, with the cursor in X-Next-Cursor',
      schema: jobResultsResponseSchema,
      content: ['application/x-ndjson', 'text/csv'],
      headers: {
        'X-Next-Cursor': 'Where the next page starts; absent on the last',
        Link: 'The next page, rel="next"',
      },
    },
  },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, jobResultsQuerySchema);
    return jobResults(deps, c, await jobOf(deps, c), query);
  },
};

export const jobRoutes: Route[] = [status, list, cancel, results];

/** The caller's own job: another's is as one that is not there. @throws {ApiError} NOT_FOUND */
async function jobOf(deps: ApiDeps, c: Context<ApiEnv>): Promise<Job> {
  const job_id = parseParam(c.req, status, 'job_id', 'job');
  const job = await deps.jobs.get(job_id);
  if (job === undefined || job.tenant !== c.get('tenant')) throw notFound('job');
  return job;
}

function summaryOf(job: Job): Omit<JobView, 'progress'> {
  const { job_id, status, source_id, created_at, started_at, completed_at, error } = job;
  return { job_id, status, source_id, created_at, started_at, completed_at, error };
}

async function viewOf(deps: ApiDeps, job: Job): Promise<JobView> {
  const { progress } = progressOf(job, await deps.jobs.pages(job));
  return { ...summaryOf(job), progress };
}

async function statusOf(deps: ApiDeps, job: Job): Promise<StatusResponse> {
  const { progress, counts } = progressOf(job, await deps.jobs.pages(job));
  const is_single = job.input.kind === 'text' && progress.done === 1;
  const result = is_single
    ? await deps.results.get(job.tenant, deriveJobRecordId(job.job_id, 0))
    : undefined;
  const knows_when = job.status === 'PROCESSING' || job.input.kind !== 'upload';
  const left = Math.max(1, progress.total - progress.done);
  return {
    ...summaryOf(job),
    progress,
    counts,
    ...(isFinal(job.status)
      ? {}
      : { estimated_completion: knows_when ? await estimated(deps, left) : null }),
    ...(result === undefined ? {} : { result }),
    results_url: `/jobs/${job.job_id}/results`,
    ...(job.callback === undefined ? {} : { callback: job.callback }),
  };
}
