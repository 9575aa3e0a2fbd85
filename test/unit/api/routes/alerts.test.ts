import { expect, it } from 'vitest';
import { writeMinuteEnd } from '../../../../insight/alerts/traffic/tallies.ts';
import {
  alertHistoryResponseSchema,
  alertTestResponseSchema,
  incidentsResponseSchema,
  MAX_ALERTS,
  type Right,
  ServiceError,
} from '../../../../schemas/index.ts';
import {
  createFakeAlertEvents,
  createFakeAlertQueue,
  createFakeAlertRules,
  createFakeIncidents,
  createFakeTrafficStates,
} from '../../../fakes/alerts.ts';
import { anAlert, anIncident, aTrafficState } from '../../../support/alerts.ts';
import { errorOf, testApi } from '../app.ts';

const INPUT = {
  name: 'angry',
  filter: { sentiments: ['NEGATIVE'] },
  to: [{ kind: 'slack', url: 'https://hooks.slack.com/services/T0/B0/very-secret' }],
};

function createWorld(more: Parameters<typeof testApi>[1] = {}) {
  const { queue, sent } = createFakeAlertQueue();
  const alerts = createFakeAlertRules();
  const alert_events = createFakeAlertEvents();
  const alert_states = createFakeTrafficStates();
  const incidents = createFakeIncidents();
  const stores = { alerts, alert_events, alert_queue: queue, alert_states, incidents };
  const world = testApi(undefined, { ...stores, ...more });
  const send = (method: string, path: string, body?: unknown, tenant = 'acme', rights?: Right[]) =>
    world.request(
      path,
      {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      tenant,
      rights,
    );
  return { ...world, send, sent, alerts, alert_states, incidents };
}

it('an alert is created, listed and replaced by its name, and its URL is never shown', async () => {
  const { send } = createWorld();
  const created = await send('POST', '/alerts', INPUT);
  expect(created.status).toBe(200);
  expect(await created.json()).toMatchObject({
    ...{ name: 'angry', filter: INPUT.filter, most_per_hour: 20 },
    to: [{ kind: 'slack', host: 'hooks.slack.com' }],
  });
  await send('POST', '/alerts', { ...INPUT, most_per_hour: 5 });
  const listed = await (await send('GET', '/alerts', undefined, 'acme', ['read'])).text();
  expect(JSON.parse(listed).alerts).toMatchObject([{ name: 'angry', most_per_hour: 5 }]);
  expect(listed).not.toContain('secret');
  expect(await (await send('GET', '/alerts', undefined, 'other')).json()).toEqual({ alerts: [] });
});

it.each([
  ['an empty filter', { ...INPUT, filter: {} }, 'filter'],
  ['an unknown field', { ...INPUT, filter: { sentiment: 'NEGATIVE' } }, 'filter'],
  ['no destination', { ...INPUT, to: [] }, 'to'],
  [
    'a private address',
    { ...INPUT, to: [{ kind: 'webhook', url: 'https://10.0.0.1' }] },
    'to.0.url',
  ],
  [
    'an unencrypted URL',
    { ...INPUT, to: [{ kind: 'webhook', url: 'http://a.example' }] },
    'to.0.url',
  ],
])('an alert with %s is refused', async (_, body, field) => {
  const { send, alerts } = createWorld();
  const response = await send('POST', '/alerts', body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).field).toBe(field);
  expect(await alerts.list()).toEqual([]);
});

it('a tenant can have 50 alerts, and can replace each of them', async () => {
  const { send, alerts } = createWorld();
  for (let i = 0; i < MAX_ALERTS; i += 1) await alerts.put(anAlert({ name: `a-${i}` }));
  expect((await send('POST', '/alerts', INPUT)).status).toBe(409);
  expect((await send('POST', '/alerts', { ...INPUT, name: 'a-7' })).status).toBe(200);
  expect((await send('POST', '/alerts', INPUT, 'other')).status).toBe(200);
});

it('an alert is muted until a time, reports again, and is deleted', async () => {
  const { send } = createWorld();
  await send('POST', '/alerts', INPUT);
  const until = '2026-11-28T00:00:00.000Z';
  const muted = await send('POST', '/alerts/angry/mute', { until });
  expect(await muted.json()).toMatchObject({ muted_until: until });
  const open = await send('POST', '/alerts/angry/mute', { until: null });
  expect(await open.json()).not.toHaveProperty('muted_until');
  const deleted = await send('DELETE', '/alerts/angry');
  expect(await deleted.json()).toMatchObject({ name: 'angry' });
  for (const [method, path] of [
    ['DELETE', '/alerts/angry'],
    ['POST', '/alerts/angry/mute'],
    ['POST', '/alerts/angry/test'],
  ] as const) {
    const body = method === 'POST' ? { until: null } : undefined;
    expect((await send(method, path, body)).status).toBe(404);
  }
});

it('an alert of another tenant cannot be muted, tested or deleted', async () => {
  const { send, alerts, sent } = createWorld();
  await send('POST', '/alerts', INPUT);
  const calls = [
    send('POST', '/alerts/angry/mute', { until: null }, 'other'),
    send('POST', '/alerts/angry/test', undefined, 'other'),
    send('DELETE', '/alerts/angry', undefined, 'other'),
  ];
  for (const call of calls) expect((await call).status).toBe(404);
  expect(await alerts.list()).toHaveLength(1);
  expect(sent).toEqual([]);
});

it('a test goes to each destination, and is in the history of its tenant', async () => {
  const { send, sent } = createWorld();
  await send('POST', '/alerts', INPUT);
  const tested = await send('POST', '/alerts/angry/test');
  expect(tested.status).toBe(202);
  const { event_id } = alertTestResponseSchema.parse(await tested.json());
  expect(sent).toMatchObject([{ message: { event_id, destination: 0, attempt: 1 } }]);
  const history = await (await send('GET', '/alerts/angry/history')).json();
  expect(history).toMatchObject({
    name: 'angry',
    events: [
      {
        ...{ event_id, kind: 'test' },
        deliveries: [{ kind: 'slack', host: 'hooks.slack.com', state: 'pending', attempts: [] }],
      },
    ],
  });
  expect(JSON.stringify(history)).not.toContain('secret');
  const theirs = await send('GET', '/alerts/angry/history', undefined, 'other');
  expect(await theirs.json()).toMatchObject({ name: 'angry', events: [] });
});

it('the history comes in pages, and a cursor belongs to its alert', async () => {
  const { send } = createWorld();
  await send('POST', '/alerts', INPUT);
  for (let i = 0; i < 3; i += 1) await send('POST', '/alerts/angry/test');
  const readPage = async (name: string, query: string) => {
    const response = await send('GET', `/alerts/${name}/history?${query}`);
    return alertHistoryResponseSchema.parse(await response.json());
  };
  const first = await readPage('angry', 'limit=2');
  expect(first.events).toHaveLength(2);
  const next = `limit=2&cursor=${first.next_cursor}`;
  const second = await readPage('angry', next);
  expect(second.events).toHaveLength(1);
  expect(second).not.toHaveProperty('next_cursor');
  expect((await send('GET', `/alerts/other/history?${next}`)).status).toBe(400);
});

it('every change is in the audit trail before it is done, and nothing is done without the trail', async () => {
  const { send, reads } = createWorld();
  await send('POST', '/alerts', INPUT);
  await send('POST', '/alerts/angry/mute', { until: null });
  await send('POST', '/alerts/angry/test');
  await send('DELETE', '/alerts/angry');
  expect(reads.map(({ act }) => act)).toEqual(
    ['set_alert', 'mute_alert', 'test_alert', 'delete_alert'].map((act) => ({
      ...{ act, tenant: 'acme', selectors: { name: 'angry' } },
    })),
  );
  const broken = createWorld({
    record_read: async () => {
      throw new ServiceError('sqs', 'Down', { retryable: true });
    },
  });
  await broken.alerts.put(anAlert());
  expect((await broken.send('POST', '/alerts', { ...INPUT, name: 'new' })).status).toBe(503);
  expect((await broken.send('DELETE', '/alerts/angry')).status).toBe(503);
  expect((await broken.send('POST', '/alerts/angry/test')).status).toBe(503);
  expect(await broken.alerts.list()).toEqual([anAlert()]);
  expect(broken.sent).toEqual([]);
});

const SHIFT = { name: 'worse', kind: 'shift', sources: ['app'], to: INPUT.to };

it('an alert on traffic shows the sources for which it fires, and its deletion deletes its state', async () => {
  const { send, alert_states } = createWorld();
  const created = await (await send('POST', '/alerts', SHIFT)).json();
  expect(created).toMatchObject({
    ...{ kind: 'shift', sources: ['app'], ratio: 2, least_records: 20, cooldown_minutes: 60 },
    ...{ most_per_hour: 20, firing: [] },
  });
  const state = aTrafficState();
  await alert_states.put('acme', 'worse', state);
  const { incident_id, minute } = state.cells.app!.firing!;
  const shown = {
    firing: [{ source: 'app', incident_id, fired_at: writeMinuteEnd(minute) }],
    evaluated_until: writeMinuteEnd(state.evaluated_until),
  };
  expect(await (await send('GET', '/alerts')).json()).toMatchObject({ alerts: [shown] });
  expect(await (await send('DELETE', '/alerts/worse')).json()).toMatchObject(shown);
  expect(await alert_states.list('acme')).toEqual(new Map());
});

it.each([
  ['an unknown kind', { ...SHIFT, kind: 'drift' }, 'kind'],
  ['a ratio that is too low', { ...SHIFT, ratio: 1.1 }, 'ratio'],
  ['a field of another kind', { ...SHIFT, minutes: 60 }, 'unknown fields'],
  ['a window that is too long', { ...SHIFT, kind: 'volume', window_minutes: 61 }, 'window_minutes'],
  [
    'a silence longer than the hours compared',
    { ...SHIFT, kind: 'silence', minutes: 181 },
    'minutes',
  ],
])('an alert on traffic with %s is refused', async (_, body, field) => {
  const { send } = createWorld();
  const response = await send('POST', '/alerts', body);
  expect(response.status).toBe(400);
  expect(JSON.stringify(await errorOf(response))).toContain(field);
});

it('GET /incidents shows the incidents of the tenant in a range, in pages', async () => {
  const { send, incidents } = createWorld();
  const days = [26, 27, 28].map((day) => `2026-11-${day}T12:00:00.000Z`);
  for (const fired_at of days) await incidents.open('acme', anIncident({ fired_at }));
  await incidents.open('other', anIncident());
  const range = 'from=2026-11-27T00:00:00Z&to=2026-12-01T00:00:00Z';
  const answer = await (await send('GET', `/incidents?${range}&limit=1`)).json();
  const first = incidentsResponseSchema.parse(answer);
  expect(first.incidents).toEqual([anIncident({ fired_at: days[2]! })]);
  const cursor = encodeURIComponent(first.next_cursor!);
  const second = await send('GET', `/incidents?${range}&limit=1&cursor=${cursor}`);
  expect(await second.json()).toEqual({ incidents: [anIncident({ fired_at: days[1]! })] });
  const foreign = await send('GET', `/incidents?${range}&cursor=${cursor}`, undefined, 'other');
  expect(foreign.status).toBe(400);
  expect((await send('GET', '/incidents')).status).toBe(400);
});
