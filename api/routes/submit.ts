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
import { checked, parseBody } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../errors.ts';
import { estimated } from '../estimated.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** The most that one PUT takes. Source: S3, PutObject, API reference. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;
/** When the sweeper looks whether the input's arrival was noticed. */
const DUE_MS = 10 * 60_000;

export const submitRoute: Route = {
  method: 'POST',
  path: '/analyze/async',
  operation_id: 'submit',
  summary: 'A job: one long text, up to 1,000 documents, or a file to upload',
  tag: 'Jobs',
  needs_key: true,
  headers: {
    'Idempotency-Key': {
      schema: idempotencyKey,
      description: 'The same key and body give the same job; the same key with another body is 409',
    },
  },
  body: asyncRequestSchema,
  max_body_bytes: MAX_JOB_BODY_BYTES,
  answers: { 202: { description: 'The job', schema: asyncResponseSchema } },
  errors: [...BODY_ERRORS, 'CONFLICT', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value: request, raw } = await parseBody(c.req, asyncRequestSchema, MAX_JOB_BODY_BYTES);
    checkCallback(request, deps);
    const { created, job } = await deps.jobs.create(newJob(deps, c, request, raw));
    if (!created && job.request_hash !== hashOf(raw)) {
      throw new ApiError('CONFLICT', 'This Idempotency-Key was used with another body', {
        field: 'Idempotency-Key',
      });
    }
    const is_waiting = job.status === 'PENDING' && job.input.etag === undefined;
    // A job whose maker died before its input was there gets it now.
    if (is_waiting && request.upload === undefined) {
      const { key, format } = job.input;
      await deps.inputs.put(key, inputOf(request), FORMATS[format].content_type);
    }
    return c.json(await answerOf(deps, job, request), 202);
  },
};

function checkCallback({ callback_url }: AsyncRequest, { settings }: ApiDeps): void {
  if (callback_url === undefined) return;
  try {
    checkCallbackUrl(callback_url, { allow_loopback: settings.allow_loopback_callbacks });
  } catch (error) {
    if (!(error instanceof CallbackUrlError)) throw error;
    const message = `callback_url: ${error.message}`;
    throw new ApiError('VALIDATION_ERROR', message, { field: 'callback_url' });
  }
}

function newJob(deps: ApiDeps, c: Context<ApiEnv>, request: AsyncRequest, raw: string): Job {
  const tenant = c.get('tenant');
  const header = c.req.header('idempotency-key');
  const key = header === undefined ? undefined : checked(idempotencyKey, header, 'Idempotency-Key');
  const job_id = `job_${key === undefined ? deps.random_id() : hashOf(`${tenant}\n${key}`).slice(0, 32)}`;
  const kind =
    request.upload !== undefined ? 'upload' : request.text !== undefined ? 'text' : 'documents';
  const format = request.upload?.format ?? 'jsonl';
  const now = deps.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const { deadline_seconds, retention_seconds } = deps.settings;
  return {
    job_id,
    tenant,
    status: 'PENDING',
    input: { kind, format, key: inputKey(job_id, format) },
    source_id: request.source_id,
    request_hash: hashOf(raw),
    created_at: at(0),
    deadline_at: at(deadline_seconds * 1_000),
    due_at: at(DUE_MS),
    ...(request.callback_url === undefined
      ? {}
      : {
          callback: {
            url: request.callback_url,
            state: 'waiting' as const,
            delivery_id: `delivery_${deps.random_id()}`,
            attempts: [],
          },
        }),
    expires_at: Math.floor(now / 1_000) + retention_seconds,
  };
}

/** The request's texts as records, one a line. */
function inputOf({ text, language_code, documents }: AsyncRequest): string {
  const all: JobDocument[] = documents ?? [
    { text: text!, ...(language_code === undefined ? {} : { language_code }) },
  ];
  return all
    .map(({ language_code: language, ...record }) => JSON.stringify({ ...record, language }))
    .join('\n');
}

async function answerOf(deps: ApiDeps, job: Job, request: AsyncRequest): Promise<AsyncResponse> {
  const { job_id, status, created_at } = job;
  const records = request.documents?.length ?? 1;
  if (request.upload === undefined) {
    return {
      job_id,
      status,
      message: `Ask for /status/${job_id}`,
      created_at,
      estimated_completion: await estimated(deps, records),
    };
  }
  const { upload_url_ttl_seconds } = deps.settings;
  const content_type = FORMATS[job.input.format].content_type;
  const url = await deps.inputs.presignPut(job.input.key, content_type, upload_url_ttl_seconds);
  return {
    job_id,
    status,
    message: `PUT the file to upload.url, then ask for /status/${job_id}`,
    created_at,
    estimated_completion: null,
    upload: {
      url,
      method: 'PUT',
      headers: { 'Content-Type': content_type },
      expires_at: new Date(deps.now() + upload_url_ttl_seconds * 1_000).toISOString(),
      max_bytes: MAX_UPLOAD_BYTES,
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
