import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { RIGHTS } from '../../schemas/index.ts';
import { type Call, type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { ROUTES } from '../support/routes.ts';

const WAIT = { timeout: 60_000, interval: 250 };
/** A file without a column for the text, so that its job becomes FAILED. */
const BROKEN_CSV = 'stars,source\n5,up\n1,up\n';

const ALERT = {
  name: 'angry',
  filter: { sentiments: ['NEGATIVE'] },
  to: [{ kind: 'webhook', url: 'https://hooks.invalid/angry' }],
};
/** Statuses without a fault, of the routes that answer with another one than 200. */
const STATUSES: Record<string, number[]> = {
  submit: [202, 202],
  publish: [202],
  requestErasure: [202],
  requestExport: [202],
  getResult: [404],
  listHistory: [404],
  testAlert: [404],
  deleteAlert: [404],
  deleteDigest: [404],
  readErasure: [404],
  readExport: [404],
};

let test: TestCloud;
let call: Caller;
let requests: Record<string, Call & { path: string }[]>;
let sent = 0;

beforeAll(async () => {
  test = await testCloud();
  await prepareKeys(test.cloud);
  const { api_key } = await test.keys.create({
    ...{ tenant: 'faults', tier: 'enterprise' },
    rights: [...RIGHTS],
  });
  call = createCaller(test.cloud.api, api_key);
  await call('/alerts', { method: 'POST', body: ALERT });
  requests = listRequests(await createFailedJob(), await createJob());
});
afterAll(() => test.stop());
beforeEach(async () => {
  await test.control('DELETE', 'faults');
});

async function createJob(): Promise<string> {
  const body = { text: 'A job to cancel' };
  return (await call('/analyze/async', { method: 'POST', body })).body.job_id;
}

async function createFailedJob(): Promise<string> {
  const body = { upload: { format: 'csv', size_bytes: Buffer.byteLength(BROKEN_CSV) } };
  const { job_id, upload } = (await call('/analyze/async', { method: 'POST', body })).body;
  await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: BROKEN_CSV });
  await vi.waitFor(async () => {
    expect((await call(`/status/${job_id}`)).body.status).toBe('FAILED');
  }, WAIT);
  return job_id;
}

/** Lists requests for every route of the API, by the operation ids of the routes. */
function listRequests(
  failed_job: string,
  job: string,
): Record<string, (Call & { path: string })[]> {
  const post = (path: string, body: object) => ({ path, method: 'POST', body });
  return {
    analyze: [post('/analyze/sync', { text: 'TEXT' })],
    analyzeBatch: [post('/analyze/batch', { texts: ['TEXT', 'Another TEXT'] })],
    submit: [
      post('/analyze/async', { text: 'TEXT' }),
      post('/analyze/async', { upload: { format: 'csv', size_bytes: 7 } }),
    ],
    status: [{ path: `/status/${job}` }],
    jobs: [{ path: '/jobs' }],
    cancel: [{ path: `/jobs/${job}`, method: 'DELETE' }],
    results: [{ path: `/jobs/${failed_job}/results` }],
    publish: [post('/records', { records: [{ text: 'TEXT', source: 'faults' }] })],
    listResults: [{ path: '/results?source=faults' }],
    getResult: [{ path: '/results/s/none' }],
    listHistory: [{ path: '/results/s/none/history' }],
    stats: [{ path: '/stats?interval=day' }],
    overview: [{ path: '/overview' }],
    budget: [{ path: '/budget' }],
    previewDigest: [{ path: '/digests/preview?cadence=daily' }],
    digests: [{ path: '/digests' }],
    setDigest: [post('/digests', { name: 'faults', cadence: 'daily', to: ALERT.to })],
    deleteDigest: [{ path: '/digests/none', method: 'DELETE' }],
    digestHistory: [{ path: '/digests/faults/history' }],
    alerts: [{ path: '/alerts' }],
    setAlert: [post('/alerts', ALERT)],
    muteAlert: [post(`/alerts/${ALERT.name}/mute`, { until: null })],
    alertHistory: [{ path: `/alerts/${ALERT.name}/history` }],
    incidents: [{ path: '/incidents?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z' }],
    testAlert: [post('/alerts/none/test', {})],
    deleteAlert: [{ path: '/alerts/none', method: 'DELETE' }],
    countSetAsides: [{ path: '/set-asides/counts' }],
    listSetAsides: [{ path: '/set-asides' }],
    replaySetAsides: [post('/set-asides/replay', { set_aside_ids: ['live:shard:1'] })],
    requestErasure: [post('/privacy/erasures', { source: 'none', dry_run: true })],
    readErasure: [{ path: `/privacy/erasures/erasure_${'0'.repeat(32)}` }],
    requestExport: [post('/privacy/exports', { source: 'none' })],
    readExport: [{ path: `/privacy/exports/export_${'0'.repeat(32)}` }],
    health: [{ path: '/health', key: '' }],
    ready: [{ path: '/ready', key: '' }],
    openapi: [{ path: '/openapi.json', key: '' }],
    docs: [{ path: '/docs', key: '' }],
    dashboard: [{ path: '/dashboard', key: '' }],
    dashboardFile: [{ path: '/dashboard/notices.txt', key: '' }],
    docsFile: [{ path: '/docs/page.js', key: '' }],
  };
}

/**
 * Sends one request to each route. The caller checks that the OpenAPI document has the status and the
 * body of the answer. Each request has a text of its own, so that no cache knows it.
 *
 * @returns the statuses of the answers by operation id.
 */
async function callEveryRoute(): Promise<Record<string, number[]>> {
  const statuses = Object.entries(requests).map(async ([operation_id, calls]) => {
    const answers = calls.map(({ path, ...one }: Call & { path: string }) => {
      sent += 1;
      if (one.body === undefined) return call(path, one);
      const body: unknown = JSON.parse(JSON.stringify(one.body).replaceAll('TEXT', `t${sent}`));
      return call(path, { ...one, body });
    });
    return [operation_id, (await Promise.all(answers)).map(({ status }) => status)] as const;
  });
  return Object.fromEntries(await Promise.all(statuses));
}

/** The answers of these routes are streams. test/e2e/download.test.ts tests them under faults. */
const STREAMED = ['download'];

it('the table of requests has every route of the API that answers with JSON', () => {
  const all = ROUTES.map(({ operation_id }) => operation_id);
  expect([...Object.keys(requests), ...STREAMED].sort()).toEqual(all.sort());
});

it('without faults every route answers, also for the results of a job whose file cannot be read', async () => {
  // The API remembers for some seconds that a dependency failed, and API Gateway throttles routes without a key.
  await vi.waitFor(async () => {
    expect((await call('/ready', { key: '' })).status).toBe(200);
  }, WAIT);
  const statuses = await callEveryRoute();
  for (const [operation_id, all] of Object.entries(statuses))
    expect(all, operation_id).toEqual(STATUSES[operation_id] ?? [200]);
  const { path } = requests.results![0]!;
  expect((await call(path)).body.results).toEqual([]);
});

const SERVICES = ['kinesis', 'dynamodb', 's3', 'comprehend', 'sts'];
const KINDS = [
  { kind: 'error' },
  { kind: 'error', after_effect: true },
  { kind: 'throttle' },
  { kind: 'timeout' },
  { kind: 'timeout', after_effect: true },
];
const PARTIAL = [
  { service: 'kinesis', kind: 'partial', share: 1 },
  { service: 'dynamodb', kind: 'partial', share: 1 },
  { service: 'comprehend', kind: 'partial', share: 1 },
  { service: 'comprehend', kind: 'partial', share: 1, missing: true },
];

it.each([
  ...SERVICES.flatMap((service) => KINDS.map((kind) => ({ service, ...kind }))),
  ...PARTIAL,
  { service: 'lambda', kind: 'kill' },
])(
  'with the fault %j every route answers with a documented status, and never with 500',
  async (fault) => {
    await test.control('POST', 'faults', { ...fault, caller: 'ApiHandler*', probability: 1 });
    const statuses = await callEveryRoute();
    for (const [operation_id, all] of Object.entries(statuses)) {
      for (const status of all) expect(status, operation_id).not.toBe(500);
    }
    // A function may answer before the fault kills it, but not on every route.
    if (fault.kind === 'kill') expect(Object.values(statuses).flat()).toContain(503);
  },
);
