import * as z from 'zod';
import { uploadOptionsSchema } from '../file.ts';
import { FORMAT_DESCRIPTIONS, FORMAT_NAMES } from '../formats.ts';
import { issueSchema } from '../issues.ts';
import {
  callbackSchema,
  jobErrorSchema,
  jobStatus,
  outcomeCountsSchema,
  progressSchema,
} from '../job.ts';
import { fitMetadata } from '../metadata.ts';
import { recordFields, recordId, slug, timestamp } from '../record.ts';
import { resultSchema } from '../result.ts';

/**
 * Limits of a job whose texts are in the body of the request. The texts of a larger job must be
 * uploaded as a file. A function of Lambda reads at most 6 MB, and API Gateway sends the body in
 * base64, which is a third larger.
 */
const MAX_JOB_DOCUMENTS = 1_000;
export const MAX_JOB_BODY_BYTES = 4 * 1024 * 1024;

/**
 * One text in the body of a request for a job. The document has the fields of a record, except the
 * fields that the job sets for all of its records.
 */
const strictDocumentSchema = z
  .object(recordFields)
  .omit({
    tenant: true,
    language: true,
    text_claim: true,
    job_id: true,
    job_index: true,
    run_id: true,
    analysis_run: true,
    stamp: true,
    deleted: true,
  })
  .extend({
    text: recordFields.text.unwrap(),
    source: slug
      .optional()
      .describe('Where the text comes from; the source_id of the job if absent.'),
    language_code: recordFields.language.optional(),
  });

/**
 * A document whose metadata never cost its verdict. See {@link fitMetadata}. The body of a request
 * is read like a record of the stream.
 */
const jobDocumentSchema = z.preprocess(fitDocument, strictDocumentSchema) as unknown as z.ZodType<
  z.output<typeof strictDocumentSchema>,
  z.input<typeof strictDocumentSchema>
>;

function fitDocument(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const { language_code, ...given } = document as Record<string, unknown>;
  const { fields } = fitMetadata({ ...given, language: language_code });
  const { language, ...fitted } = fields;
  return { ...fitted, ...(language === undefined ? {} : { language_code: language }) };
}

export type JobDocument = z.infer<typeof jobDocumentSchema>;

/** If neither the request nor the record names a source, the record gets this source. */
const DEFAULT_JOB_SOURCE = 'api';

/**
 * Body of `POST /analyze/async`. Exactly one of the fields `text`, `documents` and `upload` must be
 * present.
 */
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
        size_bytes: z
          .int({ error: 'must be the size of the file in bytes' })
          .min(1, 'must be at least 1, because an empty file has no records')
          .describe('The size of the file. S3 refuses an upload of any other size.'),
        options: uploadOptionsSchema
          .optional()
          .describe('How to read the file, with the options of `aurastream ingest`.'),
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

/**
 * Value of the header `Idempotency-Key`. A second submission with the same value returns the job of
 * the first submission and creates no job.
 */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

/** Response of `POST /analyze/async`. The HTTP status is 202. */
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
      headers: z
        .record(z.string(), z.string())
        .describe(
          'Headers of the PUT. `Content-Length` is signed; `Content-Type` may be left out.',
        ),
      form: z
        .object({ url: z.url(), fields: z.record(z.string(), z.string()) })
        .describe(
          'Instead of the PUT: POST these fields and, after them, the file in the field `file`.',
        ),
      expires_at: timestamp.describe('The PUT or the POST must begin before this time.'),
      size_bytes: z.int(),
    })
    .optional(),
});

/**
 * The response of `POST /analyze/async`. The response describes the new job. If the request asked
 * for an upload, the response also has the URL to which the caller uploads the file.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { AsyncResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const upload = { format: 'jsonl', size_bytes: 13_000 } as const;
 * const job: AsyncResponse = await client.submit({ upload });
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
 * A job in the responses of the API.
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
 * The response of `GET /status/{job_id}`. The response has the progress of the job, the number of
 * records for each outcome, and the result if the job has only one text.
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

/**
 * Response of `GET /jobs`. The newest job comes first. The response omits the progress of each job,
 * because computing the progress would require reading the pages of each job from the jobs table.
 */
export const jobsResponseSchema = z.object({
  jobs: z.array(jobViewSchema.omit({ progress: true }).extend({ total: z.int() })),
  next_cursor: z.string().optional(),
});

/**
 * The response of `GET /jobs`, which is one page of the tenant's jobs. The newest job comes first.
 *
 * @useDeclaredType
 *
 * @example
 * import type { JobsResponse } from 'aurastream/schemas';
 *
 * const listIds = ({ jobs }: JobsResponse) => jobs.map(({ job_id }) => job_id);
 */
export type JobsResponse = z.infer<typeof jobsResponseSchema>;

/**
 * The outcome of one record of a job. The API lists the records in the order of the job's input.
 */
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

/** Query parameters of `GET /jobs/{job_id}/download`. */
export const jobDownloadQuerySchema = z.object({
  cursor: z
    .string()
    .max(1_024)
    .optional()
    .describe('The `next_cursor` of the last line of the download before.'),
});

/** The last line of a complete download of JSON lines. */
export const jobDownloadEndSchema = z.object({
  end: z.object({
    rows: z.int().min(0).describe('Number of rows before this line.'),
    next_cursor: z
      .string()
      .optional()
      .describe('Where the next download goes on; absent at the end.'),
  }),
});
export type JobDownloadEnd = z.infer<typeof jobDownloadEndSchema>;

/**
 * The schema of the body of a callback, which AuraStream posts to the callback URL of a job.
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
 * The body of a callback. {@link callbackBodySchema} is the schema of the body.
 *
 * @useDeclaredType
 *
 * @example
 * import type { CallbackBody } from 'aurastream/schemas';
 *
 * const isFailure = ({ event }: CallbackBody) => event === 'job.failed';
 */
export type CallbackBody = z.infer<typeof callbackBodySchema>;
