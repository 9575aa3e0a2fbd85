import { expect, it } from 'vitest';
import {
  type ExportState,
  exportPartKey,
  exportResponseSchema,
  ServiceError,
  signExport,
} from '../../../../schemas/index.ts';
import { errorOf, testApi } from '../app.ts';

const PATH = '/privacy/exports';
const ID = `export_${'1'.padStart(32, '0')}`;
const TIME = Date.UTC(2026, 10, 23);
const AT = new Date(TIME).toISOString();
const NO_LINES = { results_table: 0, lake_raw: 0, set_asides: 0, failures: 0 };

const ask = (api: ReturnType<typeof testApi>, body: unknown) =>
  api.post(body, 'application/json', PATH);

/** Creates an API whose clock the test moves, with one request for an export. */
async function createWorld(parts = 2) {
  const clock = { now: TIME };
  const api = testApi(undefined, { now: () => clock.now });
  await ask(api, { author: 'Ada' });
  const read = async (query = '') =>
    exportResponseSchema.parse(await (await api.request(`${PATH}/${ID}${query}`)).json());
  const begin = (change: Partial<ExportState> = {}) => {
    const request = api.privacy.stored.get(`acme/${ID}`);
    if (request === undefined) throw new Error('Expected the request');
    api.privacy.stored.set(`acme/${ID}`, { ...request, touched_at: AT });
    api.privacy.exports.set(`acme/${ID}`, {
      ...{ export_id: ID, selector: { tenant: 'acme' }, requested_at: AT, step: 'lake_raw' },
      ...{ begun_at: TIME, expires_at: TIME + 7 * 86_400_000, unreadable: 0, parts: [] },
      lines: { ...NO_LINES, results_table: 3 },
      ...change,
    });
  };
  const finish = () => {
    const files = Array.from({ length: parts }, (_, i) => {
      return { number: i + 1, lines: 1, bytes: 2, sha256: String(i).padStart(64, '0') };
    });
    const report = {
      ...{ format: 1 as const, export_id: ID, selector: { tenant: 'acme' }, requested_at: AT },
      ...{ completed_at: AT, lines: NO_LINES, parts: files, unreadable: 0 },
    };
    begin({ step: 'done', parts: files, signed: signExport(report, 'secret') });
    return files;
  };
  return { api, clock, read, begin, finish };
}

it('POST /privacy/exports hands the selection within the tenant of the caller to the function, and answers 202 with its id', async () => {
  const api = testApi();
  const response = await ask(api, { source: 'tour', before: '2026-11-01T00:00:00Z' });
  expect(response.status).toBe(202);
  expect(exportResponseSchema.parse(await response.json())).toMatchObject({
    ...{ export_id: ID, status: 'requested', step: null, lines: {}, signed: null },
    ...{ downloads: [], next_after: null, expires_at: null, failure: null },
  });
  expect(api.privacy.messages).toMatchObject([
    {
      request: { request_id: ID, kind: 'export', tenant: 'acme', dry_run: false },
      selector: { tenant: 'acme', source: 'tour', before: '2026-11-01T00:00:00Z' },
      caller: { principal: { kind: 'api_key', tenant: 'acme' } },
    },
  ]);
  expect(api.reads).toMatchObject([{ act: { act: 'request_export', tenant: 'acme' } }]);
});

it.each([
  [{}, 'all'],
  [{ all: true, source: 's' }, 'all'],
  [{ record_id: 'r1' }, 'source'],
  [{ author: 'Ada', dry_run: true }, 'body'],
])('the selection %j of an export is refused, and the error names %s', async (body, field) => {
  const api = testApi();
  const response = await ask(api, body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).field).toBe(field);
  expect(api.privacy.messages).toEqual([]);
});

it('an export that the audit trail does not take is refused', async () => {
  const away = new ServiceError('sqs', 'Away', { retryable: true });
  const api = testApi(undefined, { record_read: () => Promise.reject(away) });
  expect((await ask(api, { all: true })).status).toBe(503);
  expect(api.privacy.messages).toEqual([]);
});

it('GET /privacy/exports/{export_id} shows the store that is read and the lines, and in the end the signed report and a URL of each file', async () => {
  const { api, read, begin, finish } = await createWorld();
  expect(await read()).toMatchObject({ status: 'requested', step: null });
  begin();
  expect(await read()).toMatchObject({
    ...{ status: 'running', step: 'lake_raw', downloads: [], signed: null },
    lines: { results_table: 3 },
  });
  const files = finish();
  const done = await read();
  expect(done).toMatchObject({ status: 'done', next_after: null, failure: null });
  expect(done.signed?.report.parts).toEqual(files);
  expect(done.downloads).toEqual(
    files.map((file) => ({
      ...file,
      url: `https://bucket.example/${exportPartKey({ tenant: 'acme', export_id: ID }, file)}?signed`,
    })),
  );
  expect(api.reads.at(-1)?.act).toEqual({
    act: 'download_export',
    tenant: 'acme',
    selectors: { request_id: ID, after: '0' },
  });
});

it('an export with more than 100 files has the URLs of the next ones after next_after', async () => {
  const { read, finish } = await createWorld(201);
  finish();
  const numbers: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const { downloads, next_after } = await read(`?after=${after}`);
    numbers.push(...downloads.map(({ number }) => number));
    after = next_after;
  }
  expect(numbers).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
  expect((await read('?after=201')).downloads).toEqual([]);
});

it('files that have expired, and those that an erasure has deleted, are offered no more', async () => {
  const { api, clock, read, finish } = await createWorld();
  finish();
  api.privacy.erased.set('acme', TIME - 1);
  expect(await read()).toMatchObject({ status: 'done' });
  api.privacy.erased.set('acme', TIME + 1);
  expect(await read()).toMatchObject({ status: 'deleted', downloads: [], urls_expire_at: null });
  api.privacy.erased.clear();
  clock.now += 7 * 86_400_000;
  expect(await read()).toMatchObject({ status: 'deleted', downloads: [] });
});

it('an export that has failed says so with its reason and advice', async () => {
  const { api, read } = await createWorld();
  const request = api.privacy.stored.get(`acme/${ID}`);
  if (request === undefined) throw new Error('Expected the request');
  const failure = { reason: 'erased' as const, failed_at: AT };
  api.privacy.stored.set(`acme/${ID}`, { ...request, touched_at: AT, failure });
  expect(await read()).toMatchObject({
    ...{ status: 'failed', downloads: [] },
    failure: { reason: 'erased', advice: expect.stringContaining('Ask for it again') },
  });
});

it('a URL that the audit trail does not take is not sent', async () => {
  const world = await createWorld();
  world.finish();
  const away = new ServiceError('sqs', 'Away', { retryable: true });
  world.api.deps.record_read = () => Promise.reject(away);
  const response = await world.api.request(`${PATH}/${ID}`);
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('signed');
});

it('an export of another tenant, an erasure, and an id that is none are not found', async () => {
  const { api, finish } = await createWorld();
  finish();
  expect((await api.request(`${PATH}/${ID}`, {}, 'globex')).status).toBe(404);
  for (const id of ['never-there', `erasure_${'0'.repeat(32)}`]) {
    expect((await api.request(`${PATH}/${id}`)).status).toBe(404);
  }
});
