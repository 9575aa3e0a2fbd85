import { expect, it } from 'vitest';
import { ServiceError } from '../../../../../schemas/index.ts';
import { anAlert, aTrafficAlert } from '../../../../support/alerts.ts';
import { createTrafficWorld, START } from '../../../../support/traffic-world.ts';

const USUAL = { records: 8, negative: 2 };
const WORSE = { records: 8, negative: 5 };

it('an alert on a shift fires once while the share of negative records is high, and is resolved after it', async () => {
  const { counts, runMinutes, listEvents, sent, incidents } = await createTrafficWorld([
    aTrafficAlert('shift'),
  ]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 300, USUAL);
  counts.fill('app', START + 60, START + 120, WORSE);
  await runMinutes(START, START + 60);
  expect(await listEvents()).toEqual([]);
  await runMinutes(START + 60, START + 240);
  const events = await listEvents();
  expect(events.map(({ kind, source }) => [kind, source])).toEqual([
    ['fired', 'app'],
    ['resolved', 'app'],
  ]);
  const [fired, resolved] = events;
  expect(fired?.finding).toMatchObject({ kind: 'shift', usual_share: 0.25 });
  expect(fired?.finding?.share).toBeGreaterThan(0.5);
  expect(resolved?.finding?.share).toBeLessThan(0.4);
  expect(resolved?.incident_id).toBe(fired?.incident_id);
  expect(sent.map(({ message }) => message.event_id)).toEqual(events.map((e) => e.event_id));
  const range = { from: '2026-11-27T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' };
  expect((await incidents.list({ tenant: 'acme', ...range, limit: 10 })).incidents).toEqual([
    {
      ...{ incident_id: fired?.incident_id, alert: 'angry', kind: 'shift', source: 'app' },
      ...{ fired_at: fired?.fired_at, fired: fired?.finding },
      ...{ resolved_at: resolved?.fired_at, resolved: resolved?.finding },
    },
  ]);
});

it('an alert on a shift does not fire below its least records', async () => {
  const { counts, runMinutes, listEvents } = await createTrafficWorld([
    aTrafficAlert('shift', { least_records: 1_000 }),
  ]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 60, WORSE);
  await runMinutes(START, START + 60);
  expect(await listEvents()).toEqual([]);
});

it('a source without enough history fires no alert on a shift', async () => {
  const { counts, runMinutes, listEvents } = await createTrafficWorld([aTrafficAlert('shift')]);
  counts.fill('app', START, START + 60, WORSE);
  await runMinutes(START, START + 60);
  expect(await listEvents()).toEqual([]);
});

it('an alert on the volume fires above its ratio, and is resolved half way back', async () => {
  const { counts, runMinutes, listEvents } = await createTrafficWorld([aTrafficAlert('volume')]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START - 60, START + 200, USUAL);
  counts.fill('app', START + 30, START + 60, { records: 40, negative: 10 });
  await runMinutes(START, START + 100);
  const events = await listEvents();
  expect(events.map(({ kind }) => kind)).toEqual(['fired', 'resolved']);
  expect(events[0]?.finding).toMatchObject({ kind: 'volume', usual_records: 120 });
  expect(events[0]?.finding?.records).toBeGreaterThanOrEqual(360);
  expect(events[1]?.finding?.records).toBeLessThan(240);
});

it('an alert on a falling volume fires below its part, and not if the traffic is usually low', async () => {
  const alert = aTrafficAlert('volume', { direction: 'down', ratio: 3 });
  const { counts, runMinutes, listEvents } = await createTrafficWorld([alert]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fillEarlierWeeks('rare', { records: 1, negative: 0 });
  counts.fill('app', START - 60, START + 30, USUAL);
  counts.fill('app', START + 30, START + 60, { records: 1, negative: 0 });
  counts.fill('app', START + 60, START + 200, USUAL);
  await runMinutes(START, START + 100);
  const events = await listEvents();
  expect(events.map(({ kind, source }) => [kind, source])).toEqual([
    ['fired', 'app'],
    ['resolved', 'app'],
  ]);
  expect(events[0]?.finding?.records).toBeLessThanOrEqual(40);
});

it('an alert on silence fires after its minutes without a record, and is resolved by the next record', async () => {
  const alert = aTrafficAlert('silence', { minutes: 30 });
  const { counts, runMinutes, listEvents } = await createTrafficWorld([alert]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 20, USUAL);
  await runMinutes(START, START + 49);
  expect(await listEvents()).toEqual([]);
  await runMinutes(START + 49, START + 100);
  counts.fill('app', START + 100, START + 110, USUAL);
  await runMinutes(START + 100, START + 110);
  const [fired, resolved, ...more] = await listEvents();
  expect(more).toEqual([]);
  expect(fired).toMatchObject({
    kind: 'fired',
    fired_at: '2026-11-27T12:50:00.000Z',
    finding: { from: '2026-11-27T12:20:00.000Z', records: 0, usual_records: 240 },
  });
  expect(resolved).toMatchObject({ kind: 'resolved', fired_at: '2026-11-27T13:41:00.000Z' });
});

it('a source that usually has no records in these hours fires no alert on silence', async () => {
  const { counts, runMinutes, listEvents } = await createTrafficWorld([
    aTrafficAlert('silence', { minutes: 30, sources: ['app'] }),
  ]);
  counts.fill('app', START - 60, START, USUAL);
  await runMinutes(START, START + 100);
  expect(await listEvents()).toEqual([]);
});

it('an alert judges only its sources, each for itself', async () => {
  const { counts, runMinutes, listEvents } = await createTrafficWorld([
    aTrafficAlert('shift', { sources: ['app', 'app', 'quiet'] }),
  ]);
  for (const source of ['app', 'web', 'quiet']) counts.fillEarlierWeeks(source, USUAL);
  for (const source of ['app', 'web']) counts.fill(source, START, START + 60, WORSE);
  counts.fill('quiet', START, START + 60, USUAL);
  await runMinutes(START, START + 60);
  expect((await listEvents()).map(({ source }) => source)).toEqual(['app']);
});

it('a run without an alert on traffic reads the alerts once, and nothing else', async () => {
  const reads: string[] = [];
  const refuse = (name: string) => async () => {
    throw new Error(`Unexpected read of ${name}`);
  };
  const { evaluate, rules } = await createTrafficWorld([], (deps) => ({
    ...deps,
    rules: {
      list: async (...of) => {
        reads.push('rules');
        return deps.rules.list(...of);
      },
    },
    states: { ...deps.states, list: refuse('states') },
    readBuckets: refuse('counts'),
    readBaselines: refuse('baselines'),
  }));
  await rules.put(anAlert());
  expect(await evaluate()).toMatchObject({ traffic_alerts: 0, alerts_evaluated: 0 });
  expect(reads).toEqual(['rules']);
});

it('a run that finds its minutes judged reads no counts', async () => {
  const { counts, evaluate, runMinutes } = await createTrafficWorld([aTrafficAlert('shift')]);
  await runMinutes(START, START + 1);
  const reads = counts.reads.length;
  expect(await evaluate()).toMatchObject({ traffic_alerts: 1, alerts_evaluated: 0 });
  expect(counts.reads).toHaveLength(reads);
});

it('a run reads the minutes that are not settled, and the earlier weeks once in a quarter of an hour', async () => {
  const { counts, runMinutes } = await createTrafficWorld([aTrafficAlert('shift')]);
  counts.fill('app', START, START + 60, USUAL);
  await runMinutes(START, START + 60);
  const minutes = counts.reads.filter(({ interval }) => interval === 'minute');
  expect(minutes).toHaveLength(60);
  expect(Math.max(...minutes.map(({ from, to }) => (to - from) / 60_000))).toBe(16);
  expect(counts.reads.length - minutes.length).toBeLessThanOrEqual(5 * 4);
});

it('a muted alert sends nothing, and its incidents are in the history', async () => {
  const muted = aTrafficAlert('shift', { muted_until: '2026-11-28T00:00:00.000Z' });
  const { counts, runMinutes, listEvents, sent } = await createTrafficWorld([muted]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 60, WORSE);
  await runMinutes(START, START + 60);
  expect(sent).toEqual([]);
  expect(await listEvents()).toMatchObject([{ kind: 'fired', not_sent: 'muted', deliveries: [] }]);
});

it('a firing over the limit of an hour is not sent, and neither is its resolution', async () => {
  const { counts, runMinutes, listEvents, sent } = await createTrafficWorld([
    aTrafficAlert('shift', { most_per_hour: 1 }),
  ]);
  for (const source of ['app', 'web']) {
    counts.fillEarlierWeeks(source, USUAL);
    counts.fill(source, START, START + 30, WORSE);
    counts.fill(source, START + 30, START + 200, { records: 8, negative: 1 });
  }
  await runMinutes(START, START + 100);
  const events = await listEvents();
  expect(events.map(({ source, kind, not_sent }) => [source, kind, not_sent]).sort()).toEqual([
    ['app', 'fired', undefined],
    ['app', 'resolved', undefined],
    ['web', 'fired', 'over_limit'],
    ['web', 'resolved', 'over_limit'],
  ]);
  expect(sent).toHaveLength(2);
});

it('after it fired, an alert does not fire again within its cooldown', async () => {
  const fire = async (cooldown_minutes: number) => {
    const world = await createTrafficWorld([aTrafficAlert('volume', { cooldown_minutes })]);
    world.counts.fillEarlierWeeks('app', USUAL);
    world.counts.fill('app', START - 60, START + 200, USUAL);
    for (const from of [START + 20, START + 60]) {
      world.counts.fill('app', from, from + 15, { records: 60, negative: 10 });
    }
    await world.runMinutes(START, START + 100);
    return (await world.listEvents()).filter(({ kind }) => kind === 'fired').length;
  };
  expect(await fire(10)).toBe(2);
  expect(await fire(90)).toBe(1);
});

it('other conditions begin anew, but another destination or a muting does not', async () => {
  const { counts, rules, runMinutes, listEvents } = await createTrafficWorld([
    aTrafficAlert('shift'),
  ]);
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 200, WORSE);
  await runMinutes(START, START + 60);
  const to = [{ kind: 'webhook' as const, url: 'https://other.example' }];
  await rules.put(aTrafficAlert('shift', { to, updated_at: '2026-11-27T13:00:00.000Z' }));
  await runMinutes(START + 60, START + 100);
  expect(await listEvents()).toHaveLength(1);
  await rules.put(aTrafficAlert('shift', { to, ratio: 1.6 }));
  await runMinutes(START + 100, START + 200);
  expect((await listEvents()).map(({ kind }) => kind)).toEqual(['fired', 'fired']);
});

it('a tenant whose counts cannot be read is made up for by the next run, and delays no other tenant', async () => {
  let is_down = true;
  const alerts = [aTrafficAlert('silence', { tenant: 'other' }), aTrafficAlert('silence')];
  const { evaluate, clock } = await createTrafficWorld(alerts, (deps) => ({
    ...deps,
    readBuckets: async (query) => {
      if (is_down && query.tenant === 'acme')
        throw new ServiceError('dynamodb', 'Down', { retryable: true });
      return deps.readBuckets(query);
    },
  }));
  expect(await evaluate()).toMatchObject({
    ...{ alerts_evaluated: 1, failed_alerts: 1, error_codes: ['Down'] },
  });
  is_down = false;
  clock.now += 60_000;
  expect(await evaluate()).toMatchObject({ alerts_evaluated: 2, failed_alerts: 0 });
});

it('a run makes up for six hours, and judges no minute before', async () => {
  const { counts, states, runMinutes } = await createTrafficWorld([aTrafficAlert('shift')]);
  await runMinutes(START, START + 1);
  await runMinutes(START + 300, START + 301);
  const at = async () => (await states.list('acme')).get('angry')!;
  expect(await at()).toMatchObject({ evaluated_until: START + 300 });
  const spans = () =>
    counts.reads
      .filter(({ interval }) => interval === 'minute')
      .map(({ from, to }) => [from / 60_000 - START, to / 60_000 - START]);
  expect(spans().at(-1)).toEqual([0, 301]);
  await runMinutes(START + 1_000, START + 1_001);
  expect(spans().at(-1)).toEqual([641, 1_001]);
});

it('a run that died before it sent its messages leaves them to a run that comes a minute later', async () => {
  let is_dead = false;
  const { counts, runMinutes, evaluate, clock, sent, listEvents } = await createTrafficWorld(
    [aTrafficAlert('shift')],
    (deps) => ({
      ...deps,
      events: {
        ...deps.events,
        create: async (...event) => {
          if (is_dead) throw new Error('The run died');
          return deps.events.create(...event);
        },
      },
    }),
  );
  counts.fillEarlierWeeks('app', USUAL);
  counts.fill('app', START, START + 60, WORSE);
  is_dead = true;
  const died = await runMinutes(START, START + 60).catch((error: Error) => error.message);
  expect(died).toBe('The run died');
  is_dead = false;
  clock.now += 30_000;
  await evaluate();
  expect(sent).toEqual([]);
  clock.now += 30_000;
  await evaluate();
  expect(sent).toHaveLength(1);
  expect(await listEvents()).toHaveLength(1);
});
