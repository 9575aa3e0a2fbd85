import { expect, it } from 'vitest';
import { asyncResponseSchema, ServiceError } from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { errorOf, SETTINGS, testApi } from '../app.ts';

const DAY_MS = 86_400_000;

async function submit(
  api: ReturnType<typeof testApi>,
  body: object,
  idempotency_key?: string,
  tenant?: string,
) {
  const headers = {
    'content-type': 'application/json',
    ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return api.request('/analyze/async', init, tenant);
}

async function submitJob(api: ReturnType<typeof testApi>, body: object, idempotency_key?: string) {
  const response = await submit(api, body, idempotency_key);
  expect(response.status).toBe(202);
  const answer = asyncResponseSchema.parse(await response.json());
  return { answer, job: (await api.jobs.get(answer.job_id))! };
}

/** Returns the records in the input of a job. */
function linesOf(api: ReturnType<typeof testApi>, job_id: string): unknown[] {
  const bytes = api.objects.get(`inputs/${job_id}.jsonl`);
  return String(bytes)
    .split('\n')
    .map((line) => JSON.parse(line));
}

it('a job of one text has one record, in the language that the caller gives', async () => {
  const api = testApi();
  const { answer } = await submitJob(api, { text: 'Bof', language_code: 'fr' });
  expect(answer).toMatchObject({ status: 'PENDING' });
  expect(answer).not.toHaveProperty('upload');
  expect(linesOf(api, answer.job_id)).toEqual([{ text: 'Bof', language: 'fr' }]);
});

it('a job of documents has their records in their order', async () => {
  const api = testApi();
  const documents = [
    { text: 'one', record_id: 'a', language_code: 'de', attributes: { stars: 5 } },
    { text: 'two\nlines', source: 'tour' },
  ];
  const { answer } = await submitJob(api, { documents });
  expect(linesOf(api, answer.job_id)).toEqual([
    { text: 'one', record_id: 'a', language: 'de', attributes: { stars: 5 } },
    { text: 'two\nlines', source: 'tour', language: 'auto' },
  ]);
});

it('a document of a job is accepted whatever its metadata', async () => {
  const api = testApi();
  const odd = { url: 'N/A', author: null, created_at: 1_790_000_000, language_code: 'English' };
  const { answer } = await submitJob(api, { documents: [{ text: 'one', ...odd }] });
  expect(linesOf(api, answer.job_id)).toEqual([
    {
      text: 'one',
      created_at: '2026-09-21T14:13:20.000Z',
      attributes: { url: 'N/A', language: 'English' },
      language: 'auto',
    },
  ]);
});

it('documents cannot say to which tenant, job or replay they belong', async () => {
  const api = testApi();
  const forged = {
    tenant: 'globex',
    job_id: 'x',
    job_index: 9,
    analysis_run: 1,
    text_claim: 'a'.repeat(64),
    deleted: true,
  };
  const { answer } = await submitJob(api, { documents: [{ text: 'one', ...forged }] });
  expect(linesOf(api, answer.job_id)).toEqual([{ text: 'one', language: 'auto' }]);
});

it('a new job belongs to the tenant of the key, has its source, its deadline, and expires', async () => {
  const api = testApi(undefined, {
    settings: {
      deadline_seconds: 111,
      retention_seconds: 222_000,
      upload_url_ttl_seconds: 333,
      max_upload_bytes: 1,
      documents_per_second: 250,
      allow_loopback_callbacks: false,
      cors_origins: [],
      serves_docs: true,
      serves_dashboard: true,
    },
  });
  const { job } = await submitJob(api, { text: 'a', source_id: 'mine' });
  const created = Date.parse(job.created_at);
  expect(job).toMatchObject({ tenant: 'acme', status: 'PENDING', source_id: 'mine' });
  expect(Date.parse(job.deadline_at) - created).toBe(111_000);
  expect(Date.parse(job.due_at!) - created).toBe(600_000);
  expect(job.expires_at).toBe(Math.floor(created / 1_000) + 222_000);
  expect(job).not.toHaveProperty('callback');
});

it('a job has the cap of records that the authorizer has read from the tier', async () => {
  const { job } = await submitJob(testApi(), { text: 'a' });
  expect(job.max_open_records).toBe(5_000);
});

it('an upload is signed for its format and its size, until it expires, and writes no input', async () => {
  const asked: unknown[] = [];
  const form = { url: 'https://bucket.example/', fields: { key: 'k', Policy: 'signed' } };
  const { inputs, objects } = createFakeInputs();
  const expires_at = '2026-11-23T00:59:00.000Z';
  const api = testApi(undefined, {
    inputs,
    sign_upload: async (upload) => {
      asked.push(upload);
      return { url: 'https://bucket.example/signed', form, expires_at };
    },
  });
  const { answer, job } = await submitJob(api, { upload: { format: 'csv', size_bytes: 1_234 } });
  expect(asked).toEqual([
    {
      key: `inputs/${job.job_id}.csv`,
      ...{ content_type: 'text/csv', size_bytes: 1_234, ttl_seconds: 3_600 },
    },
  ]);
  expect(answer.estimated_completion).toBeNull();
  expect(answer.upload).toEqual({
    url: 'https://bucket.example/signed',
    method: 'PUT',
    headers: { 'Content-Type': 'text/csv', 'Content-Length': '1234' },
    form,
    size_bytes: 1_234,
    expires_at,
  });
  expect(job.input).toEqual({ kind: 'upload', format: 'csv', key: `inputs/${job.job_id}.csv` });
  expect(objects.size).toBe(0);
});

it('the input of a job is written as JSON lines, under the key that the job names', async () => {
  const puts: unknown[][] = [];
  const { inputs } = createFakeInputs();
  const api = testApi(undefined, {
    inputs: { ...inputs, put: async (...args) => void puts.push(args) },
  });
  const { job } = await submitJob(api, { text: 'Bof' });
  expect(job.input).toEqual({ kind: 'text', format: 'jsonl', key: `inputs/${job.job_id}.jsonl` });
  expect(puts).toEqual([
    [job.input.key, '{"text":"Bof","language":"auto"}', 'application/x-ndjson'],
  ]);
  const documents = await submitJob(api, { documents: [{ text: 'a' }] });
  expect(documents.job.input.kind).toBe('documents');
});

it('the time for an upload is that of the settings', async () => {
  const times: number[] = [];
  const api = testApi(undefined, {
    settings: { ...SETTINGS, upload_url_ttl_seconds: 333 },
    sign_upload: async ({ ttl_seconds }) => {
      times.push(ttl_seconds);
      const url = 'https://bucket.example/signed';
      return { url, form: { url, fields: {} }, expires_at: '2026-11-23T00:05:33.000Z' };
    },
  });
  const { answer } = await submitJob(api, { upload: { format: 'jsonl', size_bytes: 1 } });
  expect(times).toEqual([333]);
  expect(answer.upload?.expires_at).toBe('2026-11-23T00:05:33.000Z');
});

it('an upload of the largest size is signed, and one that is a byte larger is a 413 that makes no job', async () => {
  const api = testApi(undefined, { settings: { ...SETTINGS, max_upload_bytes: 5_000 } });
  const { answer } = await submitJob(api, { upload: { format: 'csv', size_bytes: 5_000 } });
  expect(answer.upload?.size_bytes).toBe(5_000);
  const response = await submit(api, { upload: { format: 'csv', size_bytes: 5_001 } });
  expect(response.status).toBe(413);
  expect(await errorOf(response)).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    field: 'upload.size_bytes',
    message: expect.stringContaining('at most 5000 bytes. Split the file into several jobs'),
  });
  expect((await api.jobs.list({ tenant: 'acme', limit: 10 })).jobs).toHaveLength(1);
});

it('the same Idempotency-Key and body give the same job, once', async () => {
  const api = testApi();
  const first = await submitJob(api, { text: 'a' }, 'key-1');
  const again = await submitJob(api, { text: 'a' }, 'key-1');
  expect(again.answer.job_id).toBe(first.answer.job_id);
  expect(again.answer.created_at).toBe(first.answer.created_at);
  const other = await submitJob(api, { text: 'a' }, 'key-2');
  expect(other.answer.job_id).not.toBe(first.answer.job_id);
  expect((await api.jobs.list({ tenant: 'acme', limit: 10 })).jobs).toHaveLength(2);
  for (const { answer } of [first, other]) expect(answer.job_id).toMatch(/^job_[0-9a-f]{32}$/);
});

it('an Idempotency-Key with another body is a 409 that names the header', async () => {
  const api = testApi();
  await submitJob(api, { text: 'a' }, 'key-1');
  const response = await submit(api, { text: 'private words' }, 'key-1');
  expect(response.status).toBe(409);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: 'CONFLICT', field: 'Idempotency-Key' });
  expect(JSON.stringify(error)).not.toContain('private');
});

it('two tenants with the same Idempotency-Key have different jobs', async () => {
  const api = testApi();
  const own = await submitJob(api, { text: 'a' }, 'key-1');
  const response = await submit(api, { text: 'b' }, 'key-1', 'globex');
  expect(response.status).toBe(202);
  const { job_id } = asyncResponseSchema.parse(await response.json());
  expect(job_id).not.toBe(own.answer.job_id);
});

it('jobs without an Idempotency-Key have the random id that the caller cannot guess', async () => {
  const api = testApi(undefined, { random_id: () => 'f'.repeat(32) });
  expect((await submitJob(api, { text: 'a' })).answer.job_id).toBe(`job_${'f'.repeat(32)}`);
});

it.each(['', 'with space', 'x'.repeat(256), 'é'])(
  'the Idempotency-Key %j is a 400',
  async (key) => {
    const headers = new Headers({ 'content-type': 'application/json' });
    headers.set('idempotency-key', key);
    const init = { method: 'POST', headers, body: JSON.stringify({ text: 'a' }) };
    const response = await testApi().request('/analyze/async', init);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ field: 'Idempotency-Key' });
  },
);

it('a retry of a submission that lost its input writes the input, until the job has read one', async () => {
  const { inputs, objects } = createFakeInputs();
  let is_down = true;
  const api = testApi(undefined, {
    inputs: {
      ...inputs,
      put: async (...args) => {
        if (is_down) throw new ServiceError('s3', 'SlowDown', { retryable: true, throttled: true });
        return inputs.put(...args);
      },
    },
  });
  const failed = await submit(api, { text: 'a' }, 'key-1');
  expect(failed.status).toBe(503);
  expect(failed.headers.get('retry-after')).toBe('1');
  is_down = false;
  const { job } = await submitJob(api, { text: 'a' }, 'key-1');
  expect(String(objects.get(job.input.key))).toBe('{"text":"a","language":"auto"}');
  const { input } = job;
  await api.jobs.update(job.job_id, ['PENDING'], { input: { ...input, etag: 'e', bytes: 1 } });
  objects.delete(job.input.key);
  await submitJob(api, { text: 'a' }, 'key-1');
  expect(objects.size).toBe(0);
});

it('a callback URL is kept with a delivery id that cannot be guessed, and waits', async () => {
  const api = testApi();
  const { job } = await submitJob(api, { text: 'a', callback_url: 'https://example.com/hook' });
  expect(job.callback).toMatchObject({
    url: 'https://example.com/hook',
    state: 'waiting',
    attempts: [],
  });
  expect(job.callback?.delivery_id).toMatch(/^delivery_\d{32}$/);
  expect(job.callback?.delivery_id).not.toContain(job.job_id.replace('job_', ''));
});

it.each(['http://example.com/', 'https://10.0.0.1/', 'https://localhost/', 'no url'])(
  'the callback URL %s is a 400, and makes no job',
  async (callback_url) => {
    const api = testApi();
    const response = await submit(api, { text: 'a', callback_url });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ field: 'callback_url' });
    expect((await api.jobs.list({ tenant: 'acme', limit: 10 })).jobs).toEqual([]);
  },
);

it.each([
  ['nothing to analyze', {}],
  ['a text and an upload', { text: 'a', upload: { format: 'csv', size_bytes: 1 } }],
  ['no documents', { documents: [] }],
  ['1,001 documents', { documents: Array.from({ length: 1_001 }, () => ({ text: 'a' })) }],
  ['an unknown format', { upload: { format: 'xml', size_bytes: 1 } }],
  ['an upload without a size', { upload: { format: 'csv' } }],
  ['an upload of no bytes', { upload: { format: 'csv', size_bytes: 0 } }],
  ['an upload of half a byte', { upload: { format: 'csv', size_bytes: 0.5 } }],
  ['an upload whose size is a text', { upload: { format: 'csv', size_bytes: '7' } }],
  ['a source that is no slug', { text: 'a', source_id: 'My Source' }],
  ['a text of more than 1 MiB', { text: 'x'.repeat(1_048_577) }],
])('a job with %s is a 400', async (_, body) => {
  const api = testApi();
  expect((await submit(api, body)).status).toBe(400);
  expect((await api.jobs.list({ tenant: 'acme', limit: 10 })).jobs).toEqual([]);
});

it('a job of more than 4 MiB is a 413', async () => {
  const documents = Array.from({ length: 5 }, () => ({ text: 'x'.repeat(1_000_000) }));
  const response = await submit(testApi(), { documents });
  expect(response.status).toBe(413);
});

it('the estimate of a job counts its documents at the throughput that was measured, or else at the quota', async () => {
  const estimate = async (documents: number, samples: object[], calls_per_second = 1) => {
    const api = testApi(undefined, {
      now: () => Date.UTC(2026, 10, 23),
      throughput_samples: async () => samples as never,
      settings: {
        deadline_seconds: DAY_MS / 1_000,
        retention_seconds: DAY_MS / 1_000,
        upload_url_ttl_seconds: 60,
        max_upload_bytes: 1,
        documents_per_second: calls_per_second * 25,
        allow_loopback_callbacks: false,
        cors_origins: [],
        serves_docs: true,
        serves_dashboard: true,
      },
    });
    const body = { documents: Array.from({ length: documents }, () => ({ text: 'a' })) };
    const { answer } = await submitJob(api, body);
    return Date.parse(answer.estimated_completion!) - Date.UTC(2026, 10, 23);
  };
  // Each call analyses 25 documents, so 1,000 documents need 40 calls.
  expect(await estimate(1_000, [], 10)).toBe(4_000);
  expect(await estimate(1_000, [], 20)).toBe(2_000);
  const sample = {
    shard_id: 's',
    ended_at: '2026-11-23T00:00:00.000Z',
    records: 100,
    duration_ms: 1_000,
    iterator_age_ms: 0,
  };
  expect(await estimate(1_000, [sample])).toBe(10_000);
});
