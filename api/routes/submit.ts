import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { CallbackUrlError, checkCallbackUrl } from '../../jobs/callbacks/url.ts';
import {
  type AsyncRequest,
  type AsyncResponse,
  asyncRequestSchema,
  asyncResponseSchema,
  FORMATS,
  idempotencyKey,
  inputKey,
  type Job,
  type JobDocument,
  MAX_JOB_BODY_BYTES,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { requireBudget } from '../http/budget.ts';
import type { ApiEnv } from '../http/env.ts';
import { HttpError } from '../http/errors.ts';
import { parseBody, parseWith } from '../http/parse.ts';
import { estimateEnd } from './estimate.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/**
 * Time between the creation of a job and the sweeper's first check, in milliseconds. The sweeper
 * checks whether S3's notification of the upload was lost.
 */
const DUE_MS = 10 * 60_000;

export const submitRoute: Route = {
  method: 'POST',
  path: '/analyze/async',
  operation_id: 'submit',
  summary: 'Submits a job: one long text, up to 1,000 documents, or a file to upload',
  tag: 'Jobs',
  access: ['jobs'],
  headers: {
    'Idempotency-Key': {
      schema: idempotencyKey,
      description: 'The same key and body give the same job; the same key with another body is 409',
    },
  },
  body: asyncRequestSchema,
  max_body_bytes: MAX_JOB_BODY_BYTES,
  answers: { 202: { description: 'The job', schema: asyncResponseSchema } },
  errors: [...BODY_ERRORS, 'CONFLICT', 'BUDGET_EXCEEDED', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value: request, raw } = await parseBody(c.req, asyncRequestSchema, MAX_JOB_BODY_BYTES);
    checkCallbackUrlOf(request, deps);
    checkUploadSize(request, deps);
    await requireBudget(deps, c.get('tenant'));
    const { created, job } = await deps.jobs.create(createJob(deps, c, request, raw));
    if (!created && job.request_hash !== hash(raw)) {
      throw new HttpError('CONFLICT', 'This Idempotency-Key was used with another body', {
        field: 'Idempotency-Key',
      });
    }
    const is_waiting = job.status === 'PENDING' && job.input.etag === undefined;
    // The input may be missing even if the job already existed, because an earlier request with the
    // same idempotency key may have created the job and failed before writing the input.
    if (is_waiting && request.upload === undefined) {
      const { key, format } = job.input;
      await deps.inputs.put(key, writeInput(request), FORMATS[format].content_type);
    }
    return c.json(await answerWith(deps, job, request), 202);
  },
};

function checkCallbackUrlOf({ callback_url }: AsyncRequest, { settings }: ApiDeps): void {
  if (callback_url === undefined) return;
  try {
    void checkCallbackUrl(callback_url, { allow_loopback: settings.allow_loopback_callbacks });
  } catch (error) {
    if (!(error instanceof CallbackUrlError)) throw error;
    const message = `callback_url: ${error.message}`;
    throw new HttpError('VALIDATION_ERROR', message, { field: 'callback_url' });
  }
}

function checkUploadSize({ upload }: AsyncRequest, { settings }: ApiDeps): void {
  const { max_upload_bytes } = settings;
  if (upload === undefined || upload.size_bytes <= max_upload_bytes) return;
  const message = `must be at most ${max_upload_bytes} bytes. Split the file into several jobs`;
  throw new HttpError('PAYLOAD_TOO_LARGE', `upload.size_bytes: ${message}`, {
    field: 'upload.size_bytes',
  });
}

function createJob(deps: ApiDeps, c: Context<ApiEnv>, request: AsyncRequest, raw: string): Job {
  const tenant = c.get('tenant');
  const header = c.req.header('idempotency-key');
  const id =
    header === undefined
      ? deps.random_id()
      : hash(`${tenant}\n${parseWith(idempotencyKey, header, 'Idempotency-Key')}`).slice(0, 32);
  const job_id = `job_${id}`;
  const kind =
    request.upload !== undefined ? 'upload' : request.text !== undefined ? 'text' : 'documents';
  const { format = 'jsonl', options } = request.upload ?? {};
  const now = deps.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const { deadline_seconds, retention_seconds } = deps.settings;
  return {
    job_id,
    tenant,
    status: 'PENDING',
    input: {
      ...{ kind, format, key: inputKey(job_id, format) },
      ...(options === undefined ? {} : { options }),
    },
    source_id: request.source_id,
    request_hash: hash(raw),
    created_at: at(0),
    deadline_at: at(deadline_seconds * 1_000),
    ...readCap(c),
    due_at: at(DUE_MS),
    ...createCallback(deps, request),
    expires_at: Math.floor(now / 1_000) + retention_seconds,
  };
}

/** Returns the cap of records that the authorizer has read from the tier of the API key. */
function readCap({ env }: Context<ApiEnv>): Pick<Job, 'max_open_records'> {
  const cap = env?.requestContext?.authorizer?.open_job_records;
  return cap === undefined ? {} : { max_open_records: Number(cap) };
}

function createCallback({ random_id }: ApiDeps, { callback_url }: AsyncRequest) {
  if (callback_url === undefined) return {};
  const delivery_id = `delivery_${random_id()}`;
  return { callback: { url: callback_url, state: 'waiting' as const, delivery_id, attempts: [] } };
}

/** Formats the texts of the request as records in JSON, with one record per line. */
function writeInput({ text, language_code, documents }: AsyncRequest): string {
  const all: JobDocument[] = documents ?? [
    { text: text ?? '', ...(language_code === undefined ? {} : { language_code }) },
  ];
  return all
    .map(({ language_code: language, ...record }) => JSON.stringify({ ...record, language }))
    .join('\n');
}

async function answerWith(deps: ApiDeps, job: Job, request: AsyncRequest): Promise<AsyncResponse> {
  const { job_id, status, created_at } = job;
  if (request.upload !== undefined) {
    return {
      job_id,
      status,
      message: `PUT the file to upload.url, then poll /status/${job_id}`,
      created_at,
      estimated_completion: null,
      upload: await signUpload(deps, job, request.upload.size_bytes),
    };
  }
  return {
    job_id,
    status,
    message: `Poll /status/${job_id}`,
    created_at,
    estimated_completion: await estimateEnd(deps, request.documents?.length ?? 1),
  };
}

async function signUpload(
  { sign_upload, settings }: ApiDeps,
  { input }: Job,
  size_bytes: number,
): Promise<AsyncResponse['upload']> {
  const { content_type } = FORMATS[input.format];
  const ttl_seconds = settings.upload_url_ttl_seconds;
  const signed = await sign_upload({ key: input.key, content_type, size_bytes, ttl_seconds });
  return {
    ...signed,
    method: 'PUT',
    headers: { 'Content-Type': content_type, 'Content-Length': String(size_bytes) },
    size_bytes,
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
