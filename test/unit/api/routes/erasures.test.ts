import { expect, it } from 'vitest';
import {
  type ErasureState,
  erasureResponseSchema,
  type PrivacyRequest,
  ServiceError,
  signReport,
} from '../../../../schemas/index.ts';
import { errorOf, testApi } from '../app.ts';

const PATH = '/privacy/erasures';
const erase = (api: ReturnType<typeof testApi>, body: unknown) =>
  api.post(body, 'application/json', PATH);
const ID = `erasure_${'1'.padStart(32, '0')}`;

it('POST /privacy/erasures hands the selection within the tenant of the caller to the function, and answers 202 with its id', async () => {
  const api = testApi();
  const response = await erase(api, { source: 'tour', author: 'Ada' });
  expect(response.status).toBe(202);
  expect(erasureResponseSchema.parse(await response.json())).toMatchObject({
    ...{
      erasure_id: ID,
      status: 'requested',
      dry_run: false,
      step: null,
      counts: {},
      signed: null,
    },
  });
  expect(api.privacy.messages).toMatchObject([
    {
      request: { request_id: ID, kind: 'erasure', tenant: 'acme', dry_run: false },
      selector: { tenant: 'acme', source: 'tour', author: 'Ada' },
      caller: { principal: { kind: 'api_key', tenant: 'acme' }, request_id: 'request-1' },
      hops: 0,
    },
  ]);
});

it('what is stored of a request, and its entry in the audit trail, name no person', async () => {
  const api = testApi();
  await erase(api, { source: 'tour', author: 'Ada' });
  expect(JSON.stringify([...api.privacy.stored.values(), api.reads])).not.toContain('Ada');
  expect(api.reads).toMatchObject([
    {
      act: {
        act: 'request_erasure',
        tenant: 'acme',
        selectors: { request_id: ID, source: 'tour' },
      },
    },
  ]);
});

it('a request that the audit trail does not take is refused, and nothing is erased', async () => {
  const away = new ServiceError('sqs', 'Away', { retryable: true });
  const api = testApi(undefined, { record_read: () => Promise.reject(away) });
  const response = await erase(api, { author: 'Ada' });
  expect(response.status).toBe(503);
  expect(api.privacy.stored.size + api.privacy.messages.length).toBe(0);
});

it.each([
  [{}, 'all'],
  [{ all: true, author: 'Ada' }, 'all'],
  [{ all: false }, 'all'],
  [{ record_id: 'r1' }, 'source'],
  [{ source: 's', author: 'Ada', before: '2026-11-27T00:00:00Z' }, 'record_id'],
  [{ author: 'Ada', tenant: 'globex' }, 'body'],
])('the selection %j is refused, and the error names %s', async (body, field) => {
  const api = testApi();
  const response = await erase(api, body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).field).toBe(field);
  expect(api.privacy.messages).toEqual([]);
});

it('everything of the tenant is selected only by all: true', async () => {
  const api = testApi();
  expect((await erase(api, { all: true, dry_run: true })).status).toBe(202);
  expect(api.privacy.messages).toMatchObject([
    { selector: { tenant: 'acme' }, request: { dry_run: true } },
  ]);
});

it('GET /privacy/erasures/{erasure_id} shows the step, the counts, and in the end the signed report', async () => {
  const api = testApi();
  await erase(api, { author: 'Ada' });
  const read = async () =>
    erasureResponseSchema.parse(await (await api.request(`${PATH}/${ID}`)).json());
  expect(await read()).toMatchObject({ status: 'requested', step: null });
  const state: ErasureState = {
    ...{ erasure_id: ID, selector: { tenant: 'acme' }, requested_at: 0, is_dry_run: false },
    ...{ step: 'consumers', counts: { set_asides: 2 }, unreadable: 0, job_ids: [] },
  };
  const request = api.privacy.stored.get(`acme/${ID}`);
  if (request === undefined) throw new Error('Expected the request');
  const touched_at = request.requested_at;
  api.privacy.stored.set(`acme/${ID}`, { ...request, touched_at });
  api.privacy.states.set(ID, state);
  expect(await read()).toMatchObject({
    ...{ status: 'running', step: 'consumers', counts: { set_asides: 2 }, signed: null },
  });
  const at = '2026-11-28T00:00:00.000Z';
  const signed = signReport(
    {
      ...{ format: 1, erasure_id: ID, selector: { tenant: 'acme' }, is_dry_run: false },
      ...{ requested_at: at, completed_at: at, stores: [], remains: [], unreadable: 0 },
    },
    'secret',
  );
  api.privacy.states.set(ID, { ...state, step: 'done', signed });
  expect(await read()).toMatchObject({ status: 'done', step: 'done', signed });
});

it('an id that is none, and one of another kind, is not found', async () => {
  const api = testApi();
  for (const id of ['never-there', `export_${'0'.repeat(32)}`]) {
    expect((await api.request(`${PATH}/${id}`)).status).toBe(404);
  }
});

const TIME = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

/** Creates an API whose clock the test moves, with one request. */
async function createWorld() {
  const clock = { now: TIME };
  const api = testApi(undefined, { now: () => clock.now });
  await erase(api, { author: 'Ada' });
  const change = (change: Partial<PrivacyRequest>) => {
    const request = api.privacy.stored.get(`acme/${ID}`);
    if (request === undefined) throw new Error('Expected the request');
    api.privacy.stored.set(`acme/${ID}`, { ...request, ...change });
  };
  const read = async () =>
    erasureResponseSchema.parse(await (await api.request(`${PATH}/${ID}`)).json());
  return { api, clock, change, read };
}

it('an erasure that has failed says so with its reason and advice, and can be asked for again', async () => {
  const { api, change, read } = await createWorld();
  const failed_at = '2026-11-23T01:00:00.000Z';
  change({ touched_at: failed_at, failure: { reason: 'service_unavailable', failed_at } });
  expect(await read()).toMatchObject({
    status: 'failed',
    failure: { reason: 'service_unavailable', failed_at, advice: expect.stringContaining('again') },
  });
  expect((await erase(api, { author: 'Ada' })).status).toBe(202);
  expect(api.privacy.messages).toHaveLength(2);
});

it('an erasure of which there was no sign for 25 hours has failed, because its message is gone', async () => {
  const { clock, change, read } = await createWorld();
  clock.now = TIME + DAY_MS;
  expect(await read()).toMatchObject({ status: 'requested', failure: null });
  change({ touched_at: new Date(clock.now).toISOString() });
  clock.now += DAY_MS;
  expect(await read()).toMatchObject({ status: 'running', failure: null });
  clock.now += 3_600_000;
  expect(await read()).toMatchObject({
    status: 'failed',
    failure: { reason: 'message_lost', failed_at: new Date(clock.now).toISOString() },
  });
});
