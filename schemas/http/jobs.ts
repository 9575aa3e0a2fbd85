import * as z from 'zod';
import { FORMAT_DESCRIPTIONS, FORMAT_NAMES } from '../formats.ts';
import { issueSchema } from '../issues.ts';
import {
  callbackSchema,
  jobErrorSchema,
  jobStatus,
  outcomeCountsSchema,
  progressSchema,
} from '../job.ts';
import { recordFields, recordId, slug, timestamp } from '../record.ts';
import { resultSchema } from '../result.ts';

/** Limits of a job in the body of a request. Larger jobs are uploaded. */
const MAX_JOB_DOCUMENTS = 1_000;
export const MAX_JOB_BODY_BYTES = 5 * 1024 * 1024;

/** One text of a job: a record without the fields that the job gives it. */
const jobDocumentSchema = z
  .object(recordFields)
  .omit({
    tenant: true,
    language: true,
    text_claim: true,
    job_id: true,
    job_index: true,
    analysis_run: true,
    deleted: true,
  })
  .extend({
    text: recordFields.text.unwrap(),
    source: slug
      .optional()
      .describe('Where the text comes from; the source_id of the job if absent.'),
    language_code: recordFields.language.optional(),
    record_version: recordFields.record_version.optional(),
  });
export type JobDocument = z.infer<typeof jobDocumentSchema>;

/** The source of a job's records if neither request nor record names one. */
const DEFAULT_JOB_SOURCE = 'api';

/** Body of `POST /analyze/async`: one of `text`, `documents` and `upload`. */
export const asyncRequestSchema = z
  .object({
    text: recordFields.text,
    language_code: recordFields.language.optional().describe('The language of `text`.'),
    documents: z
      .array(jobDocumentSchema)
      .min(1, 'must not be empty')
      .max(MAX_JOB_DOCUMENTS, `must have at most ${MAX_JOB_DOCUMENTS} documents; upload more`)
      .optional(),
    upload: z
      .object({
        format: z
          .enum(FORMAT_NAMES, { error: `must be one of ${FORMAT_NAMES.join(', ')}` })
          .describe(FORMAT_DESCRIPTIONS),
      })
      .optional(),
    source_id: slug.default(DEFAULT_JOB_SOURCE),
    callback_url: z
      .url({ protocol: /^https?$/, error: 'must be a URL' })
      .max(2048)
      .optional()
      .describe('Receives a POST when the job is final. Must be https and publicly reachable.'),
  })
  .refine(
    ({ text, documents, upload }) =>
      [text, documents, upload].filter((given) => given !== undefined).length === 1,
    { path: ['text'], error: 'give one of text, documents and upload' },
  );
export type AsyncRequest = z.output<typeof asyncRequestSchema>;

/** The header that makes a repeated submission return the first job. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

/** Response of `POST /analyze/async`, with status 202. */
export const asyncResponseSchema = z.object({
  job_id: recordId,
  status: jobStatus,
  message: z.string(),
  created_at: timestamp,
  estimated_completion: timestamp
    .nullable()
    .describe(
      'From the measured throughput and backlog, or from the quota while there is no measurement. Null for an upload.',
    ),
  upload: z
    .object({
      url: z.url().describe('PUT the file here once.'),
      method: z.literal('PUT'),
      headers: z.record(z.string(), z.string()),
      expires_at: timestamp,
      max_bytes: z.int(),
    })
    .optional(),
});

/**
 * The answer of `POST /analyze/async`: a new job, and where to upload its file if it asked for an upload.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { AsyncResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const job: AsyncResponse = await client.submit({ upload: { format: 'jsonl' } });
 * console.log(job.upload?.url);
 */
export type AsyncResponse = z.infer<typeof asyncResponseSchema>;

/** A job in the responses of `GET /status/{job_id}`, `GET /jobs` and `DELETE /jobs/{job_id}`. */
export const jobViewSchema = z.object({
  job_id: recordId,
  status: jobStatus,
  source_id: slug,
  created_at: timestamp,
  started_at: timestamp.optional(),
  completed_at: timestamp.optional(),
  progress: progressSchema,
  error: jobErrorSchema.optional(),
});

/**
 * A job as the API shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { JobView } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { job_id } = await client.submit({ text: 'I love my cat' });
 * const job: JobView = await client.cancel(job_id);
 * console.log(job.status);
 */
export type JobView = z.infer<typeof jobViewSchema>;

/** Response of `GET /status/{job_id}`. */
export const statusResponseSchema = jobViewSchema.extend({
  estimated_completion: timestamp.nullable().optional(),
  result: resultSchema.optional().describe('The result of a job of one `text`, once it is done.'),
  counts: outcomeCountsSchema.describe('Number of records per outcome.'),
  results_url: z.string().describe('Path of the results, relative to the API.'),
  callback: callbackSchema.optional(),
});

/**
 * The answer of `GET /status/{job_id}`: progress, counts by outcome, and the result of a job of one text.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { StatusResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { job_id } = await client.submit({ text: 'I love my cat' });
 * const { progress, counts }: StatusResponse = await client.status(job_id);
 * console.log(progress.done, progress.total, counts);
 */
export type StatusResponse = z.infer<typeof statusResponseSchema>;

/** Response of `GET /jobs`, newest first. It omits progress, which would require reading the pages of each job. */
export const jobsResponseSchema = z.object({
  jobs: z.array(jobViewSchema.omit({ progress: true }).extend({ total: z.int() })),
  next_cursor: z.string().optional(),
});

/**
 * The answer of `GET /jobs`: a page of jobs, newest first.
 *
 * @useDeclaredType
 *
 * @example
 * import type { JobsResponse } from 'aurastream/schemas';
 *
 * const listIds = ({ jobs }: JobsResponse) => jobs.map(({ job_id }) => job_id);
 */
export type JobsResponse = z.infer<typeof jobsResponseSchema>;

/** One record of a job. Records are in the order of the input. */
export const jobResultSchema = z.object({
  job_index: z.int().min(0),
  record_id: recordId.optional(),
  outcome: z.enum(['pending', 'done', 'set_aside']),
  result: resultSchema.optional().describe('Present if the outcome is `done`.'),
  issues: z
    .array(issueSchema)
    .optional()
    .describe('Present if the outcome is `set_aside`: what is wrong.'),
});

/**
 * The outcome of one record of a job.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { JobResult } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { job_id } = await client.submit({ text: 'I love my cat' });
 * const failed: JobResult[] = [];
 * for await (const row of client.results(job_id)) if (row.outcome === 'set_aside') failed.push(row);
 */
export type JobResult = z.infer<typeof jobResultSchema>;

/** Response of `GET /jobs/{job_id}/results`. */
export const jobResultsResponseSchema = z.object({
  results: z.array(jobResultSchema),
  next_cursor: z.string().optional(),
});
export type JobResultsResponse = z.infer<typeof jobResultsResponseSchema>;

/**
 * The body of a callback.
 *
 * @example
 * import { callbackBodySchema } from 'aurastream/schemas';
 *
 * // Check the signature first: see signCallback.
 * export function readCallback(body: string) {
 *   const { event, job } = callbackBodySchema.parse(JSON.parse(body));
 *   console.log(event, job.job_id, job.progress.percentage);
 * }
 */
export const callbackBodySchema = z.object({
  event: z.enum(['job.completed', 'job.failed']),
  delivery_id: z.string(),
  job: jobViewSchema,
});

/**
 * The body of a callback; see {@link callbackBodySchema}.
 *
 * @useDeclaredType
 *
 * @example
 * import type { CallbackBody } from 'aurastream/schemas';
 *
 * const isFailure = ({ event }: CallbackBody) => event === 'job.failed';
 */
export type CallbackBody = z.infer<typeof callbackBodySchema>;
