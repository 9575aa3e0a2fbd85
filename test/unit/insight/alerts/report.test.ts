import { expect, it } from 'vitest';
import { createKnownAlerts } from '../../../../insight/alerts/known-alerts.ts';
import {
  createReport,
  MOST_PER_TENANT_AND_HOUR,
  type ReportDeps,
} from '../../../../insight/alerts/report.ts';
import { type RecordAlert, ServiceError } from '../../../../schemas/index.ts';
import {
  createFakeAlertEvents,
  createFakeAlertLimits,
  createFakeAlertQueue,
} from '../../../fakes/alerts.ts';
import { anAlert } from '../../../support/alerts.ts';
import { changeEvent, countedRow, type SomeChange } from '../../../support/changes.ts';

const NOW = Date.UTC(2026, 10, 27, 6, 20);
const ROW = {
  ...countedRow({ sentiment: 'NEGATIVE', score: 0.9, confidence: 0.8 }),
  ...{ revision: 7, content_hash: 'one' },
};
const insert = (sequence_number: number, fields: object = {}): SomeChange => ({
  sequence_number,
  after: { ...ROW, record_id: `r-${sequence_number}`, ...fields },
});

function createWorld(alerts: RecordAlert[], more: Partial<ReportDeps> = {}) {
  const { queue, sent } = createFakeAlertQueue();
  const events = createFakeAlertEvents();
  const limits = createFakeAlertLimits();
  const clock = { now: NOW };
  const by_tenant = new Map<string, RecordAlert[]>();
  for (const alert of alerts) {
    by_tenant.set(alert.tenant, [...(by_tenant.get(alert.tenant) ?? []), alert]);
  }
  const report = createReport({
    alerts: async () => by_tenant,
    ...{ events, limits, queue },
    now: () => clock.now,
    ...more,
  });
  return {
    run: (...changes: SomeChange[]) => report(changeEvent(changes).Records),
    listEvents: async () =>
      (await events.list({ tenant: 'acme', name: 'angry', limit: 1_000 })).events,
    ...{ sent, clock, events },
  };
}

const down = async (): Promise<never> => {
  throw new ServiceError('dynamodb', 'Down', { retryable: true });
};

it('a new record that matches is reported once to each destination of its alert', async () => {
  const to = ['https://one.example', 'https://two.example'].map((url) => ({
    ...{ kind: 'webhook' as const, url },
  }));
  const { run, sent, listEvents } = createWorld([anAlert({ to })]);
  const report = await run(insert(1), insert(2, { sentiment: 'POSITIVE' }));
  expect(report).toMatchObject({ alerts_reported: 1, alerts_suppressed: 0, failed_alerts: 0 });
  const [event] = await listEvents();
  expect(event).toMatchObject({
    ...{ kind: 'record', source: 'app', record_id: 'r-1', sentiment: 'NEGATIVE' },
    fired_at: '2026-11-27T06:20:01.000Z',
  });
  expect(JSON.stringify(event)).not.toContain('cat');
  expect(sent.map(({ message, delay_seconds }) => [message.destination, delay_seconds])).toEqual([
    [0, 0],
    [1, 0],
  ]);
  expect(sent[0]?.message).toMatchObject({ tenant: 'acme', name: 'angry', attempt: 1 });
});

it('a record version that is delivered again is one event, and its counter is counted once', async () => {
  const { run, sent, listEvents } = createWorld([anAlert({ most_per_hour: 2 })]);
  await run(insert(1));
  await run(insert(1));
  await run(insert(2));
  expect(await listEvents()).toHaveLength(2);
  // The second delivery of the change sends the message again, because no attempt was recorded.
  expect(new Set(sent.map(({ message }) => message.event_id)).size).toBe(2);
});

it('a message that was not sent is sent when the change is delivered again', async () => {
  let fails = true;
  const { queue, sent } = createFakeAlertQueue();
  const flaky = {
    send: (...args: Parameters<typeof queue.send>) => (fails ? down() : queue.send(...args)),
  };
  const { run, listEvents } = createWorld([anAlert({ most_per_hour: 1 })], { queue: flaky });
  expect(await run(insert(1))).toMatchObject({ failed_alerts: 1, failed_from: '1' });
  fails = false;
  expect(await run(insert(1))).toMatchObject({ alerts_reported: 1, failed_alerts: 0 });
  expect(await listEvents()).toHaveLength(1);
  expect(sent).toHaveLength(1);
});

it('a delivery that has begun is not begun again by a redelivered change', async () => {
  const { run, sent, events, listEvents } = createWorld([anAlert()]);
  await run(insert(1));
  const [event] = await listEvents();
  const attempts = [{ attempted_at: event!.fired_at, duration_ms: 1, status: 503 }];
  await events.setDelivery(sent[0]!.message, { ...event!.deliveries[0]!, attempts });
  await run(insert(1));
  expect(sent).toHaveLength(1);
});

it('a withdrawal is not reported, and neither is the deletion of an expired row', async () => {
  const { run, sent } = createWorld([anAlert()]);
  const gone = { ...ROW, status: 'withdrawn', revision: 8, content_hash: 'gone' };
  await run({ sequence_number: 1, before: ROW, after: gone }, { sequence_number: 2, before: ROW });
  expect(sent).toEqual([]);
});

it('a correction is reported if it matches now, and not if it says the same as before', async () => {
  const { run, sent } = createWorld([anAlert()]);
  const positive = { ...ROW, sentiment: 'POSITIVE', content_hash: 'nice' };
  const next = { ...ROW, revision: 8 };
  await run({ sequence_number: 1, before: positive, after: next });
  expect(sent).toHaveLength(1);
  await run({ sequence_number: 2, before: next, after: { ...next, revision: 9 } });
  expect(sent).toHaveLength(1);
  await run({
    ...{ sequence_number: 3, before: next },
    after: { ...next, revision: 10, content_hash: 'worse' },
  });
  expect(sent).toHaveLength(2);
});

it('a muted alert reports nothing until its time, and a record of another tenant is not its own', async () => {
  const { run, sent } = createWorld([anAlert({ muted_until: '2026-11-27T06:20:02.000Z' })]);
  await run(insert(1), insert(2, { tenant: 'other' }));
  expect(sent).toEqual([]);
  await run({ ...insert(3), at: '2026-11-27T06:20:02Z' });
  expect(sent).toHaveLength(1);
});

it('over its limit of an hour, an alert counts the records, and says so in the next hour', async () => {
  const { run, sent, clock, listEvents } = createWorld([anAlert({ most_per_hour: 2 })]);
  const report = await run(insert(1), insert(2), insert(3), insert(4), insert(5));
  expect(report).toMatchObject({ alerts_reported: 2, alerts_suppressed: 3 });
  expect(await run(insert(6))).toMatchObject({ alerts_reported: 0, alerts_suppressed: 1 });
  expect(sent).toHaveLength(2);
  clock.now += 3_600_000;
  await run({ ...insert(7), at: '2026-11-27T07:20:01Z' });
  const [newest, ...older] = await listEvents();
  expect(newest?.suppressed_before).toBe(4);
  expect(older.map(({ suppressed_before }) => suppressed_before)).toEqual([undefined, undefined]);
});

it('all alerts of a tenant together have a limit', async () => {
  const limits = createFakeAlertLimits();
  const hour = '2026-11-27T06';
  await limits.addReported({ tenant: 'acme', name: '*', hour }, MOST_PER_TENANT_AND_HOUR - 1);
  const { run } = createWorld([anAlert(), anAlert({ name: 'other' })], { limits });
  expect(await run(insert(1))).toMatchObject({ alerts_reported: 1, alerts_suppressed: 1 });
});

it('a tenant without alerts costs no call of a store', async () => {
  const { run } = createWorld([anAlert({ tenant: 'other' })], {
    ...{ events: { create: down, get: down, list: down, setDelivery: down } },
    limits: { addReported: down, addSuppressed: down, takeSuppressed: down },
  });
  expect(await run(insert(1))).toMatchObject({ alerts_reported: 0, failed_alerts: 0 });
});

it('a batch is delivered again from its first change if the alerts cannot be read', async () => {
  const { run } = createWorld([], { alerts: down });
  const report = await run(insert(3), insert(4));
  expect(report).toMatchObject({ failed_alerts: 1, error_codes: ['Down'], failed_from: '3' });
});

it('a bug is no failure of a service', async () => {
  const bug = async () => {
    throw new TypeError('a bug');
  };
  const { run } = createWorld([], { alerts: bug });
  await expect(run(insert(1))).rejects.toThrow('a bug');
});

it('the alerts are read again after five seconds', async () => {
  let now = 0;
  let reads = 0;
  const known = createKnownAlerts({
    rules: {
      list: async () => {
        reads += 1;
        return [anAlert(), anAlert({ name: 'b' }), anAlert({ tenant: 'other' })];
      },
    },
    now: () => now,
  });
  const alerts = await known();
  expect([...alerts].map(([tenant, own]) => [tenant, own.length])).toEqual([
    ['acme', 2],
    ['other', 1],
  ]);
  now = 4_999;
  await known();
  expect(reads).toBe(1);
  now = 5_000;
  await known();
  expect(reads).toBe(2);
});
