import { afterEach, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../../client/index.ts';

interface Abortable {
  signal: AbortSignal;
}

async function readAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const record = { text: 'a', source: 's' };
const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const ALERT = {
  name: 'a',
  filter: { words: ['refund'] },
  to: [{ kind: 'webhook' as const, url: 'https://hooks.example' }],
};
const METHODS: Record<keyof Client, (client: Client, options: Abortable) => Promise<unknown>> = {
  analyze: (client, options) => client.analyze('a', options),
  analyzeBatch: (client, options) => client.analyzeBatch(['a'], options),
  submit: (client, options) => client.submit({ text: 'a' }, options),
  status: (client, options) => client.status('job_1', options),
  waitForJob: (client, options) => client.waitForJob('job_1', options),
  jobs: (client, options) => readAll(client.jobs(options)),
  cancel: (client, options) => client.cancel('job_1', options),
  results: (client, options) => readAll(client.results('job_1', options)),
  download: (client, options) => readAll(client.download('job_1', options)),
  listResults: (client, options) => readAll(client.listResults({ source: 's' }, options)),
  getResult: (client, options) => client.getResult('s', 'r', options),
  listHistory: (client, options) => readAll(client.listHistory('s', 'r', options)),
  requestErasure: (client, options) => client.requestErasure({ source: 's' }, options),
  readErasure: (client, options) => client.readErasure('erasure_1', options),
  requestExport: (client, options) => client.requestExport({ source: 's' }, options),
  readExport: (client, options) => client.readExport('export_1', options),
  publish: (client, options) => client.publish([record], options),
  stats: (client, options) => client.stats({}, options),
  overview: (client, options) => client.overview({}, options),
  previewDigest: (client, options) => client.previewDigest({}, options),
  digests: (client, options) => client.digests(options),
  setDigest: (client, options) =>
    client.setDigest(
      { name: 'd', cadence: 'daily', to: [{ kind: 'webhook', url: 'https://a.example' }] },
      options,
    ),
  deleteDigest: (client, options) => client.deleteDigest('d', options),
  digestHistory: (client, options) => client.digestHistory('d', options),
  alerts: (client, options) => client.alerts(options),
  setAlert: (client, options) => client.setAlert(ALERT, options),
  muteAlert: (client, options) => client.muteAlert('a', null, options),
  testAlert: (client, options) => client.testAlert('a', options),
  deleteAlert: (client, options) => client.deleteAlert('a', options),
  alertHistory: (client, options) => readAll(client.alertHistory('a', options)),
  incidents: (client, options) => readAll(client.incidents(RANGE, options)),
  countSetAsides: (client, options) => client.countSetAsides(options),
  listSetAsides: (client, options) => readAll(client.listSetAsides({}, options)),
  replaySetAsides: (client, options) =>
    client.replaySetAsides({ set_aside_ids: ['a:b:1'] }, options),
  budget: (client, options) => client.budget(options),
  health: (client, options) => client.health(options),
  ready: (client, options) => client.ready(options),
};
const cases = Object.entries(METHODS);

afterEach(() => {
  vi.useRealTimers();
});

it.each(cases)('%s gives its signal to each request, and does not send it', async (_, call) => {
  const { signal } = new AbortController();
  const signals: unknown[] = [];
  const bodies: string[] = [];
  const client = createClient({
    base_url: 'https://api.example',
    fetch: async (_url, init) => {
      signals.push(init?.signal);
      bodies.push(String(init?.body));
      const page = {
        ...{ jobs: [], results: [], records: [], versions: [], events: [] },
        ...{ incidents: [], status: 'COMPLETED' },
        set_asides: [],
        end: { rows: 0 },
      };
      return Response.json(page);
    },
  });
  await call(client, { signal });
  expect(signals).toEqual([signal]);
  expect(bodies.join()).not.toContain('signal');
});

it.each(cases)('%s that is aborted between two attempts makes no other', async (name, call) => {
  vi.useFakeTimers();
  const controller = new AbortController();
  let requests = 0;
  const client = createClient({
    base_url: 'https://api.example',
    fetch: async () => {
      requests += 1;
      return Response.json({}, { status: name === 'ready' ? 502 : 503 });
    },
    random: () => 0.999,
  });
  const asked = expect(call(client, controller)).rejects.toThrow('enough');
  await vi.advanceTimersByTimeAsync(1);
  controller.abort(new Error('enough'));
  await asked;
  expect(requests).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('waitForJob that is aborted between two polls ends at once', async () => {
  vi.useFakeTimers();
  const controller = new AbortController();
  let polls = 0;
  const client = createClient({
    base_url: 'https://api.example',
    fetch: async () => {
      polls += 1;
      return Response.json({ status: 'PROCESSING' });
    },
  });
  const ended = expect(client.waitForJob('job_1', controller)).rejects.toThrow('enough');
  await vi.advanceTimersByTimeAsync(500);
  expect(polls).toBe(2);
  controller.abort(new Error('enough'));
  await ended;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(polls).toBe(2);
});
