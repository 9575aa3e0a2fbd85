import type { Context } from 'hono';
import * as z from 'zod';
import { type Job, recordId } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { notFound } from '../http/errors.ts';
import { parseParams } from '../http/parse.ts';

/** Parameters of the paths that name a job. */
export const jobParams = z.object({ job_id: recordId });

/**
 * Reads the job that the request's path names.
 *
 * @throws {HttpError} NOT_FOUND if the job does not exist or belongs to another tenant. The error
 * is the same in both cases, because a caller must not learn which jobs other tenants have.
 */
export async function findJob({ jobs }: Pick<ApiDeps, 'jobs'>, c: Context<ApiEnv>): Promise<Job> {
  const { job_id } = parseParams(c.req, jobParams, 'job');
  const job = await jobs.get(job_id);
  if (job === undefined || job.tenant !== c.get('tenant')) throw notFound('job');
  return job;
}
