import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { readDocTable } from '../support/doc-tables.ts';
import type { MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 60_000, interval: 250 };

let test: TestCloud;
let call: Caller;
let keys: Awaited<ReturnType<typeof prepareKeys>>;
beforeAll(async () => {
  test = await testCloud();
  keys = await prepareKeys(test.cloud);
  call = createCaller(test.cloud.api, keys.api_key);
});
afterAll(() => test.stop());
beforeEach(async () => {
  await test.control('DELETE', 'faults');
});

/** Calls a route without a key, again while API Gateway throttles it because of another test. */
const callWithoutKey = (path: string) =>
  vi.waitFor(async () => {
    const answer = await call(path, { key: '' });
    expect(answer.status).not.toBe(429);
    return answer;
  }, WAIT);

const post = (path: string, body: unknown, key?: string) =>
  call(path, { method: 'POST', body, ...(key === undefined ? {} : { key }) });

it('POST /analyze/sync answers a repeated text from the cache', async () => {
  const first = await post('/analyze/sync', { text: 'I love my cat' });
  expect(first).toMatchObject({ status: 200, body: { sentiment: 'POSITIVE' } });
  const again = await post('/analyze/sync', { text: 'I love my cat' });
  expect(again.body.cache_hit).toBe(true);
  expect(again.body.score).toBe(first.body.score);
});

it('POST /analyze/batch answers 100 texts in order, each with a verdict or an error', async () => {
  const texts = Array.from({ length: 100 }, (_, i) =>
    i === 40 ? '   ' : { text: `I hate rain ${i}`, language_code: 'en' },
  );
  const { status, body } = await post('/analyze/batch', { texts });
  expect(status).toBe(200);
  expect(body.results).toHaveLength(100);
  expect(body).toMatchObject({ succeeded: 99, failed: 1 });
  expect(body.results[40].error).toMatchObject({ code: 'VALIDATION_ERROR', field: 'texts.40' });
  expect(body.results[41].sentiment).toBe('NEGATIVE');
});

it('POST /analyze/sync answers 503 with Retry-After while Comprehend fails, and no verdict', async () => {
  await test.control('POST', 'faults', { service: 'comprehend', kind: 'error' });
  const answer = await post('/analyze/sync', { text: 'A text that no cache holds' });
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'SERVICE_UNAVAILABLE' } } });
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
});

it('POST /records stores valid records as results of the tenant, and refuses each invalid one alone', async () => {
  const records = [
    { record_id: 'api-1', text: 'I love my cat', source: 'shop', tenant: 'another-tenant' },
    { text: 12, source: 'shop' },
    { record_id: 'api-2', text: 'What a terrible day, I hate it', source: 'shop' },
  ];
  const { status, body } = await post('/records', { records });
  expect(status).toBe(202);
  expect(body).toMatchObject({ accepted: 2, refused: 1, failed: 0 });
  expect(body.records[1]).toMatchObject({ status: 'refused', issues: [{ path: 'text' }] });
  await vi.waitFor(async () => {
    const one = await call('/results/shop/api-1');
    expect(one).toMatchObject({
      status: 200,
      body: { sentiment: 'POSITIVE', tenant: 'default' },
    });
  }, WAIT);
  const listed = await vi.waitFor(async () => {
    const answer = await call('/results?source=shop');
    expect(answer.body.results).toHaveLength(2);
    return answer.body.results;
  }, WAIT);
  expect(listed[0].text).toBeUndefined();
  const negative = await call('/results?source=shop&sentiment=NEGATIVE');
  expect(negative.body.results.map((result: { record_id: string }) => result.record_id)).toEqual([
    'api-2',
  ]);
});

it('GET /results shows each result once over all pages while new results arrive', async () => {
  const put = async (from: number, to: number) => {
    const records = [];
    for (let i = from; i < to; i += 1) {
      records.push({ record_id: `page-${i}`, text: 'I love my cat', source: 'paged' });
    }
    await post('/records', { records });
    await vi.waitFor(async () => {
      expect((await call(`/results/paged/page-${to - 1}`)).status).toBe(200);
      expect((await call(`/results/paged/page-${from}`)).status).toBe(200);
    }, WAIT);
  };
  await put(0, 30);
  await vi.waitFor(async () => {
    expect((await call('/results?source=paged&limit=200')).body.results).toHaveLength(30);
  }, WAIT);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await call(`/results?source=paged&limit=7${cursor}`);
    seen.push(...body.results.map((result: { record_id: string }) => result.record_id));
    if (seen.length === 7) await put(30, 40);
    cursor = body.next_cursor ? `&cursor=${encodeURIComponent(body.next_cursor)}` : '';
  } while (cursor !== '');
  const first = seen.filter((id) => Number(id.slice(5)) < 30);
  expect(new Set(seen).size).toBe(seen.length);
  expect(first).toHaveLength(30);
});

it('GET /stats counts the records', async () => {
  const records = [
    { text: 'I love this store', source: 'store' },
    { text: 'What a terrible store, I hate it', source: 'store' },
  ];
  expect((await post('/records', { records })).status).toBe(202);
  await vi.waitFor(async () => {
    const { status, body } = await call('/stats?interval=day&source=store');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 2,
      by_sentiment: { POSITIVE: 1, NEGATIVE: 1, NEUTRAL: 0, MIXED: 0 },
      by_source: [{ source: 'store', total: 2 }],
      cache: { hits: 0, misses: 2 },
    });
    expect(body.over_time).toHaveLength(31);
  }, WAIT);
});

it('GET /stats follows a record, its correction and its withdrawal', async () => {
  const put = async (record: object) => {
    const records = [{ record_id: 'one', source: 'moved', ...record }];
    expect((await post('/records', { records })).status).toBe(202);
  };
  const none = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
  const expectCounts = (counts: object) =>
    vi.waitFor(async () => {
      for (const time of ['created_at', 'arrived_at']) {
        const { body } = await call(`/stats?source=moved&time=${time}`);
        expect(body).toMatchObject(counts);
      }
      expect((await call('/overview?source=moved')).body).toMatchObject(counts);
    }, WAIT);
  const no_pii = { records: 0, count: 0, redacted: 0, failed: 0, by_type: [] };
  await put({ text: 'I love this moving company, ask ann@example.com', record_version: 1 });
  await expectCounts({
    ...{ total: 1, withdrawn: 0, by_sentiment: { ...none, POSITIVE: 1 } },
    pii: { ...no_pii, records: 1, count: 1, redacted: 1, by_type: [{ type: 'EMAIL', records: 1 }] },
  });
  await put({ text: 'I hate this moving company, terrible', record_version: 2 });
  await expectCounts({
    ...{ total: 1, withdrawn: 0, by_sentiment: { ...none, NEGATIVE: 1 }, pii: no_pii },
  });
  await put({ text: 'I love this moving company', record_version: 1 });
  await put({ deleted: true, record_version: 3 });
  await expectCounts({ total: 0, withdrawn: 1, by_sentiment: none });
});

it('GET /results/{source}/{record_id}/history follows a record, its correction and its withdrawal', async () => {
  const path = '/results/versions/one';
  const put = async (record: object, has_arrived: object) => {
    const records = [{ record_id: 'one', source: 'versions', ...record }];
    expect((await post('/records', { records })).status).toBe(202);
    await vi.waitFor(async () => expect((await call(path)).body).toMatchObject(has_arrived), WAIT);
  };
  const [loved, hated] = [{ sentiment: 'POSITIVE' }, { sentiment: 'NEGATIVE' }];
  await put({ text: 'I love this new version', record_version: 1 }, loved);
  await put({ text: 'I hate this new version, terrible', record_version: 2 }, hated);
  await put({ text: 'I love this new version', record_version: 1 }, hated);
  await test.control('POST', 'table-streams/split');
  await put({ deleted: true, record_version: 3 }, { status: 'withdrawn' });
  const versions = await vi.waitFor(async () => {
    const { body } = await call(`${path}/history`);
    expect(body.versions).toHaveLength(3);
    return body.versions;
  }, WAIT);
  expect(versions).toMatchObject([
    { record_version: 3, status: 'withdrawn' },
    { record_version: 2, status: 'analyzed', ...hated },
    { record_version: 1, status: 'analyzed', ...loved },
  ]);
  expect(JSON.stringify(versions)).not.toContain('this new version');
  const first = await call(`${path}/history?limit=2`);
  const rest = await call(`${path}/history?limit=2&cursor=${first.body.next_cursor}`);
  expect([...first.body.versions, ...rest.body.versions]).toEqual(versions);
});

it('GET /stats is a 304 for a caller who has the answer', async () => {
  const path = `/stats?interval=day&to=2026-01-02T00:00:00Z&from=2026-01-01T00:00:00Z`;
  const first = await call(path);
  const known = { 'If-None-Match': first.headers.etag! };
  const again = await call(path, { headers: known });
  expect([first.status, again.status]).toEqual([200, 304]);
});

it('GET /health and GET /ready need no key, and GET /ready names the failed dependency', async () => {
  expect(await callWithoutKey('/health')).toMatchObject({ status: 200 });
  await vi.waitFor(async () => {
    expect(await call('/ready', { key: '' })).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
  }, WAIT);
  await test.control('POST', 'faults', { service: 'kinesis', kind: 'error' });
  await vi.waitFor(async () => {
    const { status, body } = await call('/ready', { key: '' });
    expect(status).toBe(503);
    const failed = body.dependencies.filter((one: { status: string }) => one.status === 'failed');
    expect(failed.map((one: { name: string }) => one.name)).toEqual(['stream']);
  }, WAIT);
});

it('each control route of docs/architecture.md answers', async () => {
  const routes = readDocTable('docs/architecture.md', 'The embedded cloud').flatMap(({ route }) =>
    [...(route ?? '').matchAll(/(\w+) \/_cloud\/([\w/-]+)/g)].map(([, ...parts]) => parts),
  );
  expect(routes.length).toBeGreaterThan(7);
  for (const [method = '', route = ''] of routes) {
    const body = route === 'faults' ? { service: 'comprehend', kind: 'throttle' } : undefined;
    expect(await test.control(method, route, body), route).toBeDefined();
  }
});

it('GET /health and GET /ready make no call to Comprehend', async () => {
  await test.control('POST', 'meter/reset');
  await callWithoutKey('/health');
  await callWithoutKey('/ready');
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  // The consumers may still analyse the records of another test.
  const by_api = entries.filter(({ caller }) => caller.startsWith('ApiHandler'));
  expect(by_api.filter(({ service }) => service === 'comprehend')).toEqual([]);
});

it('GET /openapi.json and GET /docs need no key', async () => {
  const { status, body } = await callWithoutKey('/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toMatch(/^3\.1/);
  expect(await callWithoutKey('/docs')).toMatchObject({ status: 200 });
});

it('the API answers unknown paths, wrong methods, large bodies and invalid JSON with errors of one shape', async () => {
  expect(await call('/nothing/here')).toMatchObject({
    status: 404,
    body: { error: { code: 'NOT_FOUND' } },
  });
  const wrong = await call('/analyze/sync', { method: 'PUT', body: {} });
  expect(wrong).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  const large = await post('/analyze/sync', { text: 'x'.repeat(300_000) });
  expect(large).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE' } } });
  const broken = await post('/analyze/sync', '{"text": "secret sauce');
  expect(broken.status).toBe(400);
  expect(JSON.stringify(broken.body)).not.toContain('secret');
});

it('a body of 4 MiB fits whatever its characters, and a larger one is a 413, not a 500', async () => {
  // Each quotation mark has 2 bytes in the body. With 5 MB, the API refuses the body; with 7 MB, the
  // function could not read the event.
  const listDocuments = (length: number) =>
    Array.from({ length }, () => ({ text: '"'.repeat(500_000) }));
  const fitting = await post('/analyze/async', { documents: listDocuments(4) });
  expect(fitting.status).toBe(202);
  for (const length of [5, 7]) {
    const refused = await post('/analyze/async', { documents: listDocuments(length) });
    expect(refused).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE' } } });
  }
});

it('the API refuses bytes that are not UTF-8, and reads a gzipped body', async () => {
  const send = (body: Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${test.cloud.api}/analyze/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.api_key, ...headers },
      body,
    });
  const latin = await send(Buffer.from('{"text":"Tr\xe8s bien"}', 'latin1'));
  expect(latin.status).toBe(400);
  expect(await latin.json()).toMatchObject({ error: { message: 'body: is not UTF-8' } });
  const json = Buffer.from('{"text":"Très bien, je recommande"}');
  const zipped = await send(gzipSync(json), { 'content-encoding': 'gzip' });
  expect(zipped.status).toBe(200);
  expect(await zipped.json()).toMatchObject({ language_code: 'fr' });
  const brotli = await send(brotliCompressSync(json), { 'content-encoding': 'br' });
  expect(brotli.status).toBe(415);
});

it('a client that accepts gzip gets the docs page and results compressed', async () => {
  const sizeOf = async (path: string, coding: string) => {
    const headers = { 'accept-encoding': coding };
    const { status, headers: answered } = await vi.waitFor(async () => {
      const response = await fetch(`${test.cloud.api}${path}`, { headers });
      expect(response.status).not.toBe(429);
      return response;
    }, WAIT);
    expect(status).toBe(200);
    expect(answered.get('content-encoding') ?? 'identity').toBe(coding);
    return Number(answered.get('content-length'));
  };
  for (const path of ['/docs/swagger-ui-bundle.js', '/openapi.json']) {
    expect(await sizeOf(path, 'gzip')).toBeLessThan((await sizeOf(path, 'identity')) / 2);
  }
});

it('a keyless route is throttled, and the routes with a key are not', async () => {
  const refused = await vi.waitFor(async () => {
    const requests = Array.from({ length: 120 }, () => call('/health', { key: '' }));
    const answers = (await Promise.all(requests)).filter(({ status }) => status === 429);
    expect(answers.length).toBeGreaterThan(0);
    return answers;
  }, WAIT);
  expect(refused[0]?.headers['retry-after']).toBe('1');
  expect(await call('/jobs')).toMatchObject({ status: 200 });
});

it('the API answers 401 without a key, and 403 to an unknown or revoked key', async () => {
  expect(await call('/jobs', { key: '' })).toMatchObject({
    status: 401,
    body: { error: { code: 'UNAUTHORIZED' } },
  });
  expect(await call('/jobs', { key: 'x'.repeat(40) })).toMatchObject({
    status: 403,
    body: { error: { code: 'FORBIDDEN' } },
  });
  const { create, revoke } = test.keys;
  const key = await create({ tenant: 'short-lived', tier: 'growth' });
  expect(await call('/jobs', { key: key.api_key })).toMatchObject({ status: 200 });
  await revoke(key.key_id);
  expect(await call('/jobs', { key: key.api_key })).toMatchObject({ status: 403 });
});

it("the API answers 429 with Retry-After above the rate of a key's tier, and serves other keys", async () => {
  const { api_key } = await test.keys.create({ tenant: 'eager', tier: 'starter' });
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => call('/jobs', { key: api_key })),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({
    body: { error: { code: 'RATE_LIMIT_EXCEEDED', retry_after: 1 } },
    headers: {
      'retry-after': '1',
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
    },
  });
  expect(await call('/jobs')).toMatchObject({ status: 200 });
});

it('two tenants see nothing of each other on any route', async () => {
  const other = { key: keys.second_api_key };
  const mine = await post('/analyze/async', { text: 'Only mine' });
  const { job_id } = mine.body;
  await post('/records', { records: [{ record_id: 'mine', text: 'I love it', source: 'mine' }] });
  await vi.waitFor(async () => {
    expect((await call(`/status/${job_id}`)).body.status).toBe('COMPLETED');
    expect((await call('/results/mine/mine')).status).toBe(200);
  }, WAIT);
  await test.cloud.flush();
  for (const [method, path] of [
    ['GET', `/status/${job_id}`],
    ['GET', `/jobs/${job_id}/results`],
    ['DELETE', `/jobs/${job_id}`],
    ['GET', '/results/mine/mine'],
    ['GET', '/results/mine/mine/history'],
    ['GET', `/results/api/${job_id}:0`],
  ]) {
    const there = await call(path!, { method: method!, ...other });
    const nowhere = await call(path!.replace(/mine$|job_[^/:]+/, 'job_none'), {
      method: method!,
      ...other,
    });
    expect(there.status, `${method} ${path}`).toBe(404);
    expect(there.body.error.message).toBe(nowhere.body.error.message);
  }
  const lists = [
    (await call('/jobs', other)).body.jobs,
    (await call('/results?source=mine', other)).body.results,
    (await call('/stats?source=mine', other)).body.by_source,
  ];
  expect(lists).toEqual([[], [], []]);
  const same_key = { 'Idempotency-Key': 'shared' };
  const first = await call('/analyze/async', {
    method: 'POST',
    body: { text: 'One' },
    headers: same_key,
  });
  const second = await call('/analyze/async', {
    method: 'POST',
    body: { text: 'Two' },
    headers: same_key,
    ...other,
  });
  expect(second.status).toBe(202);
  expect(second.body.job_id).not.toBe(first.body.job_id);
});
