import { afterEach, expect, it, vi } from 'vitest';
import { ApiError, type ClientOptions, createClient } from '../../../client/index.ts';
import { countStubCall } from '../../support/endless-loops.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface Sent {
  method: string;
  path: string;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read the fields of the body without a type.
  body: any;
}

/**
 * Creates a client whose `fetch` function returns the given answers in turn. After the last answer,
 * the function repeats the last answer.
 */
function createScripted(answers: (Response | Error)[], more: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const client = createClient({
    base_url: 'https://api.example/v1',
    api_key: 'a-key',
    random: () => 0.5,
    fetch: async (url, init) => {
      countStubCall();
      const { pathname, search } = new URL(String(url));
      const body = init?.body === undefined ? undefined : JSON.parse(String(init.body));
      const { method = 'GET', headers } = init ?? {};
      sent.push({ method, path: pathname + search, headers: new Headers(headers), body });
      const answer = answers[Math.min(sent.length, answers.length) - 1]!;
      if (answer instanceof Error) throw answer;
      return answer.clone();
    },
    sleep: async (milliseconds, signal) => {
      countStubCall();
      waits.push(milliseconds);
      signal?.throwIfAborted();
    },
    ...more,
  });
  return { client, sent, waits };
}

const json = (body: unknown, status = 200, headers = {}) =>
  Response.json(body, { status, headers });
const none = { accepted: 0, refused: 0, failed: 0, records: [] };
const refusal = (status: number, headers = {}) =>
  json({ error: { code: 'NO', message: 'No', request_id: 'r-1' } }, status, headers);

afterEach(() => {
  vi.useRealTimers();
});

it('the client gives records their ids before it first sends them, and keeps those that they have', async () => {
  const { client, sent } = createScripted([refusal(503), json(none)]);
  await client.publish([
    { text: 'a', source: 's' },
    { text: 'b', source: 's' },
    { text: 'c', source: 's', record_id: 'mine' },
  ]);
  const ids = sent.map(({ body }) =>
    body.records.map((one: { record_id: string }) => one.record_id),
  );
  expect(ids[0][0]).toMatch(UUID);
  expect(ids[0][1]).toMatch(UUID);
  expect(ids[0][0]).not.toBe(ids[0][1]);
  expect(ids[0][2]).toBe('mine');
  expect(ids[1]).toEqual(ids[0]);
});

it('the client gives a job its Idempotency-Key before it first sends it: a uuid, or that of the caller', async () => {
  const { client, sent } = createScripted([refusal(503), json({}, 202)]);
  await client.submit({ text: 'a' });
  await client.submit({ text: 'a' });
  await client.submit({ text: 'a' }, { idempotency_key: 'mine' });
  const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toMatch(UUID);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toMatch(UUID);
  expect(keys[2]).not.toBe(keys[0]);
  expect(keys[3]).toBe('mine');
});

it.each([429, 502, 503, 504])('the client retries after the status %d', async (status) => {
  const { client, sent } = createScripted([refusal(status), json({ status: 'PENDING' })]);
  expect(await client.status('job_1')).toEqual({ status: 'PENDING' });
  expect(sent).toHaveLength(2);
});

it.each([400, 401, 403, 404, 409, 413, 415, 500])(
  'the client does not retry after the status %d',
  async (status) => {
    const { client, sent } = createScripted([refusal(status), json({})]);
    await expect(client.status('job_1')).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  },
);

it('the client does not wait for the reset of a budget', async () => {
  const error = { code: 'BUDGET_EXCEEDED', message: 'Over', retry_after: 86_400, request_id: 'r' };
  const over = json({ error }, 429);
  const { client, sent, waits } = createScripted([over, json({})]);
  await expect(client.status('job_1')).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    retry_after: 86_400,
  });
  expect([sent.length, waits.length]).toEqual([1, 0]);
});

it('the client waits twice as long after each attempt, with full jitter, and at most 20 s', async () => {
  const { client, waits } = createScripted([refusal(503)], { max_attempts: 9 });
  await expect(client.status('job_1')).rejects.toBeInstanceOf(ApiError);
  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  const calm = createScripted([refusal(503)], { max_attempts: 3, random: () => 0 });
  await expect(calm.client.status('job_1')).rejects.toBeInstanceOf(ApiError);
  expect(calm.waits).toEqual([0, 0]);
});

it.each([
  ['of seconds', () => '3', 3_200],
  ['that is a date', () => new Date(Date.UTC(2026, 10, 23, 0, 0, 7)).toUTCString(), 7_200],
  ['that is a date of the past', () => new Date(0).toUTCString(), 200],
  ['that is a date with a zone', () => 'Mon, 23 Nov 2026 00:00:07 +0000', 7_200],
  ['that is neither', () => 'soon', 200],
  ['that only begins with a number', () => '30 seconds', 200],
])('the client waits for a Retry-After %s before it retries', async (_, header, wait) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 23) });
  const answer = refusal(429, { 'retry-after': header() });
  const { client, waits } = createScripted([answer, json({})]);
  await client.status('job_1');
  expect(waits).toEqual([wait]);
});

it('the client waits for the retry_after of a body without the header', async () => {
  const body = { error: { code: 'X', message: 'No', request_id: 'r', retry_after: 4 } };
  const { client, waits } = createScripted([json(body, 503), json({})]);
  await client.status('job_1');
  expect(waits).toEqual([4_200]);
});

it('the client rejects with status, code, field, retry_after and request_id of a refusal', async () => {
  const error = {
    code: 'VALIDATION_ERROR',
    message: 'text: must not be empty',
    field: 'text',
    retry_after: 2,
    request_id: 'r-1',
  };
  const { client } = createScripted([json({ error }, 400)]);
  const failure = await client.analyze('').catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(ApiError);
  expect({ ...(failure as ApiError), message: (failure as ApiError).message }).toMatchObject({
    ...error,
    name: 'ApiError',
    status: 400,
  });
});

it('the client says that an API is unreachable, with the cause, after all attempts', async () => {
  const cause = new TypeError('fetch failed');
  const { client, sent } = createScripted([cause], { max_attempts: 2 });
  const failure = await client.health().catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 0, code: 'UNREACHABLE', cause });
  expect((failure as Error).message).toContain('https://api.example/v1');
  expect(sent).toHaveLength(2);
});

it('the client does not retry what its caller has aborted', async () => {
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  const { client, sent } = createScripted([new Error('aborted')]);
  await expect(client.health({ signal: controller.signal })).rejects.toThrow('aborted');
  expect(sent).toHaveLength(1);
});

it('the client publishes at most 500 records and 4 MiB in a request, in their order', async () => {
  const { client, sent } = createScripted([json(none)]);
  const large = Array.from({ length: 9 }, (_, i) => ({
    record_id: `l${i}`,
    source: 's',
    text: 'é'.repeat(500_000),
  }));
  const small = Array.from({ length: 1_001 }, (_, i) => ({
    record_id: `s${i}`,
    source: 's',
    text: 'a',
  }));
  await client.publish([...large, ...small]);
  const ids = sent.map(({ body }) =>
    body.records.map((one: { record_id: string }) => one.record_id),
  );
  expect(ids.flat()).toEqual([...large, ...small].map(({ record_id }) => record_id));
  for (const { body } of sent) {
    expect(body.records.length).toBeLessThanOrEqual(500);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(4 * 1024 * 1024);
  }
  expect(sent.length).toBe(5);
});

it('the client adds up the outcomes of all requests of a publication', async () => {
  const part = (accepted: number, refused: number, failed: number) =>
    json({
      accepted,
      refused,
      failed,
      records: [{ status: 'accepted', record_id: `${accepted}` }],
    });
  const { client } = createScripted([part(1, 2, 4), part(10, 20, 40)]);
  const records = Array.from({ length: 501 }, () => ({ text: 'a', source: 's' }));
  expect(await client.publish(records)).toEqual({
    accepted: 11,
    refused: 22,
    failed: 44,
    records: [
      { status: 'accepted', record_id: '1' },
      { status: 'accepted', record_id: '10' },
    ],
  });
});

it('the client sends nothing when it publishes no records', async () => {
  const { client, sent } = createScripted([json(none)]);
  expect(await client.publish([])).toEqual(none);
  expect(sent).toEqual([]);
});

it.each(['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'])(
  'waitForJob ends when a job is %s',
  async (status) => {
    const { client, waits } = createScripted([json({ status: 'PROCESSING' }), json({ status })]);
    expect(await client.waitForJob('job_1', { poll_ms: 100 })).toEqual({ status });
    expect(waits).toEqual([100]);
  },
);

it('waitForJob polls after 0.5 s, then ever more rarely, and at least every 10 s', async () => {
  const answers = [
    ...Array.from({ length: 20 }, () => json({ status: 'PROCESSING' })),
    json({ status: 'COMPLETED' }),
  ];
  const { client, waits } = createScripted(answers);
  await client.waitForJob('job_1');
  expect(waits.slice(0, 3).map(Math.round)).toEqual([500, 650, 845]);
  expect(waits.at(-1)).toBe(10_000);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
});

it('ready returns the answer of an API whose services fail, and does not retry it', async () => {
  const answer = { status: 'unavailable', dependencies: [], timestamp: 't' };
  const { client, sent } = createScripted([json(answer, 503)]);
  expect(await client.ready()).toEqual(answer);
  expect(sent.map(({ method, path }) => [method, path])).toEqual([['GET', '/v1/ready']]);
});

it('getResult is undefined for a record without a result, and rejects for any other refusal', async () => {
  expect(await createScripted([refusal(404)]).client.getResult('s', 'r')).toBeUndefined();
  await expect(createScripted([refusal(403)]).client.getResult('s', 'r')).rejects.toMatchObject({
    status: 403,
  });
});

it('listHistory reads every page with its size, and has nothing for a record without a result', async () => {
  const { client, sent } = createScripted([
    json({ versions: [{ revision: 2 }], next_cursor: 'next' }),
    json({ versions: [{ revision: 1 }] }),
    refusal(404),
    refusal(403),
  ]);
  const readAll = async (...[options]: Parameters<typeof client.listHistory>[2][]) => {
    const revisions: number[] = [];
    for await (const { revision } of client.listHistory('a/b', 'r/1', options))
      revisions.push(revision);
    return revisions;
  };
  expect(await readAll({ page_size: 7 })).toEqual([2, 1]);
  expect(await readAll()).toEqual([]);
  await expect(readAll()).rejects.toMatchObject({ status: 403 });
  expect(sent.map(({ path }) => path)).toEqual([
    '/v1/results/a%2Fb/r%2F1/history?limit=7',
    '/v1/results/a%2Fb/r%2F1/history?limit=7&cursor=next',
    '/v1/results/a%2Fb/r%2F1/history?limit=50',
    '/v1/results/a%2Fb/r%2F1/history?limit=50',
  ]);
});

it('listResults reads every page with its query and its size', async () => {
  const { client, sent } = createScripted([
    json({ results: [{ record_id: 'a' }], next_cursor: 'next' }),
    json({ results: [{ record_id: 'b' }] }),
  ]);
  const ids: string[] = [];
  const query = { source: 'tour', sentiment: 'MIXED' as const };
  for await (const { record_id } of client.listResults(query, { page_size: 7 }))
    ids.push(record_id);
  expect(ids).toEqual(['a', 'b']);
  expect(sent.map(({ path }) => path)).toEqual([
    '/v1/results?source=tour&sentiment=MIXED&limit=7',
    '/v1/results?source=tour&sentiment=MIXED&limit=7&cursor=next',
  ]);
});

it('listResults without a query lists the results of all sources', async () => {
  const { client, sent } = createScripted([json({ results: [] })]);
  for await (const _ of client.listResults());
  expect(sent.map(({ path }) => path)).toEqual(['/v1/results?limit=100']);
});

it('jobs reads every page of the jobs of one status', async () => {
  const { client, sent } = createScripted([
    json({ jobs: [{ job_id: 'a' }], next_cursor: 'next' }),
    json({ jobs: [{ job_id: 'b' }] }),
  ]);
  const ids: string[] = [];
  for await (const { job_id } of client.jobs({ status: 'FAILED' })) ids.push(job_id);
  expect(ids).toEqual(['a', 'b']);
  expect(sent.map(({ path }) => path)).toEqual([
    '/v1/jobs?status=FAILED',
    '/v1/jobs?status=FAILED&cursor=next',
  ]);
});

it('each method of the client sends its request to its route, with options and names escaped', async () => {
  const { client, sent } = createScripted([json({})]);
  await client.analyze('a', { language_code: 'de', include_confidence: false });
  await client.analyzeBatch(['a'], { language_code: 'fr' });
  await client.status('job 1/x');
  await client.cancel('job 1/x');
  await client.getResult('a/b', 'r/1');
  await client.stats({ interval: 'day', source: 'tour' });
  await client.overview({ time: 'arrived_at', language: 'de' });
  await client.previewDigest({ cadence: 'daily', source: 'app' });
  await client.health();
  expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
    [
      'POST',
      '/v1/analyze/sync',
      { text: 'a', options: { language_code: 'de', include_confidence: false } },
    ],
    ['POST', '/v1/analyze/batch', { texts: ['a'], options: { language_code: 'fr' } }],
    ['GET', '/v1/status/job%201%2Fx', undefined],
    ['DELETE', '/v1/jobs/job%201%2Fx', undefined],
    ['GET', '/v1/results/a%2Fb/r%2F1', undefined],
    ['GET', '/v1/stats?interval=day&source=tour', undefined],
    ['GET', '/v1/overview?time=arrived_at&language=de', undefined],
    ['GET', '/v1/digests/preview?cadence=daily&source=app', undefined],
    ['GET', '/v1/health', undefined],
  ]);
  for (const { headers, body } of sent) {
    expect(headers.get('x-api-key')).toBe('a-key');
    expect(headers.get('content-type')).toBe(body === undefined ? null : 'application/json');
  }
});

it('each request asks for JSON, and has no key if the client has none', async () => {
  const { client, sent } = createScripted([json({})], { api_key: undefined as never });
  await client.health();
  expect(sent[0]?.headers.get('accept')).toBe('application/json');
  expect(sent[0]?.headers.has('x-api-key')).toBe(false);
});

it('lists have pages of 100 results of a source, and of 500 results of a job', async () => {
  const { client, sent } = createScripted([json({ results: [] })]);
  for await (const _ of client.listResults({ source: 's' }));
  for await (const _ of client.results('job_1'));
  expect(sent.map(({ path }) => path)).toEqual([
    '/v1/results?source=s&limit=100',
    '/v1/jobs/job_1/results?limit=500',
  ]);
});

it('a list goes on behind an empty page that has a cursor, however short', async () => {
  const { client, sent } = createScripted([
    json({ results: [], next_cursor: 'n' }),
    json({ results: [{ record_id: 'b' }] }),
  ]);
  const ids: string[] = [];
  for await (const { record_id } of client.listResults({ source: 's' })) ids.push(record_id);
  expect(ids).toEqual(['b']);
  expect(sent).toHaveLength(2);
});

it('listResults sends the whole query on each page', async () => {
  const { client, sent } = createScripted([
    json({ results: [], next_cursor: 'n' }),
    json({ results: [] }),
  ]);
  const from = '2026-11-22T00:00:00Z';
  const to = '2026-11-23T00:00:00Z';
  for await (const _ of client.listResults({ source: 's', from, to }));
  for (const { path } of sent) {
    const { searchParams } = new URL(path, 'https://api.example');
    expect([searchParams.get('from'), searchParams.get('to')]).toEqual([from, to]);
  }
});

it('the header Retry-After counts, not the retry_after of the body', async () => {
  const body = { error: { code: 'X', message: 'No', request_id: 'r', retry_after: 9 } };
  const { client, waits } = createScripted([json(body, 429, { 'retry-after': '30' }), json({})]);
  await client.status('job_1');
  expect(waits).toEqual([30_200]);
});

it('the parts of a publication are measured in bytes, each from its own start', async () => {
  const { client, sent } = createScripted([json(none)]);
  const record = (i: number) => ({
    record_id: `r${i}`,
    source: 's',
    text: 'é'.repeat(700_000),
  });
  await client.publish(Array.from({ length: 6 }, (_, i) => record(i)));
  expect(sent.map(({ body }) => body.records.length)).toEqual([2, 2, 2]);
});

it('records of exactly 3 MiB fit in one request, and a byte more starts the next', async () => {
  const size = 1.5 * 1024 * 1024;
  const fill = (record_id: string, bytes: number) => {
    const empty = { record_id, source: 's', text: '' };
    return { ...empty, text: 'a'.repeat(bytes - JSON.stringify(empty).length) };
  };
  for (const [bytes, requests] of [
    [size, 1],
    [size + 1, 2],
  ] as const) {
    const { client, sent } = createScripted([json(none)]);
    await client.publish([fill('a', size), fill('b', bytes)]);
    expect(sent).toHaveLength(requests);
  }
});

it('on_progress sees every status, the last one too', async () => {
  const { client } = createScripted([json({ status: 'PROCESSING' }), json({ status: 'FAILED' })]);
  const seen: string[] = [];
  await client.waitForJob('job_1', { on_progress: ({ status }) => seen.push(status) });
  expect(seen).toEqual(['PROCESSING', 'FAILED']);
});
