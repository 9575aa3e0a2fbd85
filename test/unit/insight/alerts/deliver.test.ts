import { expect, it } from 'vitest';
import { createDeliver } from '../../../../insight/alerts/deliver.ts';
import type { PostOutcome } from '../../../../jobs/callbacks/post.ts';
import {
  type Alert,
  type AlertEvent,
  deriveCallbackSecret,
  type Result,
  signCallback,
} from '../../../../schemas/index.ts';
import {
  createFakeAlertEvents,
  createFakeAlertQueue,
  createFakeAlertRules,
} from '../../../fakes/alerts.ts';
import { anAlert, anAlertEvent, nameOfEvent } from '../../../support/alerts.ts';

const NOW = Date.UTC(2026, 10, 27, 6, 21);
const ROW = {
  ...{ tenant: 'acme', source: 'app', record_id: 'r-1', status: 'analyzed' },
  ...{ sentiment: 'NEGATIVE', score: 0.9, confidence: 0.8, created_at: '2026-11-27T06:00:00.000Z' },
  text: 'Never again',
} as Result;

interface WorldOptions {
  alert?: Alert | undefined;
  event?: AlertEvent;
  row?: Result | undefined;
  outcomes?: PostOutcome[];
}

async function createWorld(options: WorldOptions = {}) {
  const {
    alert,
    event = anAlertEvent(),
    row,
    outcomes = [{ status: 200 }],
  } = {
    ...{ alert: anAlert(), row: ROW },
    ...options,
  };
  const rules = createFakeAlertRules();
  if (alert !== undefined) await rules.put(alert);
  const events = createFakeAlertEvents();
  await events.create(nameOfEvent(event), event);
  const { queue, sent } = createFakeAlertQueue();
  const posts: { url: string; headers: Record<string, string>; body: string }[] = [];
  const deliver = createDeliver({
    ...{ rules, events, queue },
    rows: { get: async () => row },
    post: async (url, headers, body) => {
      posts.push({ url, headers, body });
      return outcomes[posts.length - 1] ?? { error: 'Unexpected' };
    },
    secrets: async () => ['new', 'old'],
    now: () => NOW,
  });
  const message = { ...nameOfEvent(event), destination: 0, attempt: 1 };
  const readDelivery = async () => (await events.get(nameOfEvent(event)))?.deliveries[0];
  return { deliver, message, posts, sent, readDelivery, rules };
}

it('an alert is posted to its webhook with the record, signed with the secret of the tenant', async () => {
  const { deliver, message, posts, readDelivery } = await createWorld();
  expect(await deliver(message)).toBe('delivered');
  const [{ url, headers, body }] = posts as [(typeof posts)[number]];
  expect(url).toBe('https://hooks.example/path?token=secret');
  expect(JSON.parse(body)).toMatchObject({
    ...{ event: 'alert.record', alert: 'angry', event_id: message.event_id },
    result: { source: 'app', record_id: 'r-1', sentiment: 'NEGATIVE', text: 'Never again' },
  });
  const timestamp = NOW / 1_000;
  const sign = (secret: string) =>
    signCallback(deriveCallbackSecret(secret, 'acme'), timestamp, body);
  expect(headers).toMatchObject({
    'x-aurastream-event': 'alert.record',
    'x-aurastream-delivery': `${message.event_id}-0`,
    'x-aurastream-timestamp': String(timestamp),
    'x-aurastream-signature': `${sign('new')},${sign('old')}`,
  });
  expect(await readDelivery()).toMatchObject({
    state: 'delivered',
    attempts: [{ attempted_at: new Date(NOW).toISOString(), duration_ms: 0, status: 200 }],
  });
});

it('a message that SQS delivers again after the alert was delivered sends nothing', async () => {
  const { deliver, message, posts } = await createWorld();
  await deliver(message);
  expect(await deliver(message)).toBe('ignored');
  expect(posts).toHaveLength(1);
});

it('an alert is tried again after 1, 5 and 15 minutes, and then it has failed', async () => {
  const outcomes: PostOutcome[] = [
    { status: 500 },
    { error: 'Timeout' },
    { status: 302 },
    { status: 400 },
  ];
  const { deliver, message, sent, readDelivery } = await createWorld({ outcomes });
  for (const attempt of [1, 2, 3]) {
    expect(await deliver({ ...message, attempt })).toBe('retrying');
  }
  expect(sent.map(({ message: { attempt }, delay_seconds }) => [attempt, delay_seconds])).toEqual([
    [2, 60],
    [3, 300],
    [4, 900],
  ]);
  expect(await deliver({ ...message, attempt: 4 })).toBe('failed');
  const delivery = await readDelivery();
  expect(delivery?.state).toBe('failed');
  expect(delivery?.attempts.map(({ status, error }) => status ?? error)).toEqual([
    ...[500, 'Timeout', 302, 400],
  ]);
});

it('if the next message was perhaps not sent, it is sent again without another attempt', async () => {
  const { deliver, message, posts, sent } = await createWorld({ outcomes: [{ status: 500 }] });
  await deliver(message);
  expect(await deliver(message)).toBe('retrying');
  expect(posts).toHaveLength(1);
  expect(sent.map(({ message: { attempt } }) => attempt)).toEqual([2, 2]);
});

it('an attempt that is not due is ignored', async () => {
  const { deliver, message, posts } = await createWorld();
  expect(await deliver({ ...message, attempt: 2 })).toBe('ignored');
  expect(await deliver({ ...message, destination: 1 })).toBe('ignored');
  expect(await deliver({ ...message, event_id: 'f'.repeat(32) })).toBe('ignored');
  expect(posts).toEqual([]);
});

it.each<[string, WorldOptions]>([
  ['whose record is withdrawn', { row: { ...ROW, status: 'withdrawn' } }],
  ['whose record was corrected and no longer matches', { row: { ...ROW, sentiment: 'POSITIVE' } }],
  ['whose record has expired', { row: undefined }],
  ['that was deleted', { alert: undefined }],
  [
    'whose destination was replaced',
    { alert: anAlert({ to: [{ kind: 'webhook', url: 'https://other.example' }] }) },
  ],
  [
    'whose destination has another form now',
    { alert: anAlert({ to: [{ kind: 'slack', url: 'https://hooks.example' }] }) },
  ],
])('an alert %s is dropped without a post', async (_, options) => {
  const { deliver, message, posts, readDelivery } = await createWorld(options);
  expect(await deliver(message)).toBe('dropped');
  expect(posts).toEqual([]);
  expect(await readDelivery()).toMatchObject({ state: 'dropped', attempts: [] });
});

it('a test is posted without a record', async () => {
  const { source, record_id, sentiment, ...rest } = anAlertEvent();
  const event = { ...rest, kind: 'test' as const };
  const { deliver, message, posts } = await createWorld({ event, row: undefined });
  expect(await deliver(message)).toBe('delivered');
  expect(JSON.parse(posts[0]!.body)).toEqual({
    ...{ event: 'alert.test', alert: 'angry', event_id: event.event_id },
    fired_at: event.fired_at,
  });
});

it.each(['slack', 'teams'] as const)(
  'a post to %s has no signature and no header of ours',
  async (kind) => {
    const alert = anAlert({ to: [{ kind, url: 'https://hooks.example/x' }] });
    const event = anAlertEvent({
      deliveries: [{ kind, host: 'hooks.example', state: 'pending', attempts: [] }],
    });
    const { deliver, message, posts } = await createWorld({ alert, event });
    expect(await deliver(message)).toBe('delivered');
    expect(posts[0]?.headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'AuraStream',
    });
  },
);
