import { expect, it } from 'vitest';
import { recordAct } from '../../../audit/record-act.ts';
import { sealDays } from '../../../audit/seal.ts';
import { auditManifestSchema } from '../../../schemas/index.ts';
import { createMemoryAuditStore, createTrail, readAuditKeys } from '../../support/audit-trail.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-20T09:00:00Z');

function createWorld() {
  const store = createMemoryAuditStore();
  const clock = { now: START };
  const now = () => clock.now;
  const trail = createTrail(store, now);
  return {
    store,
    clock,
    act: () => recordAct(trail, { act: 'query' }, async () => 1),
    seal: () => sealDays({ store, keys: readAuditKeys, now }),
    manifestOf: (day: string) =>
      auditManifestSchema.parse(JSON.parse(store.objects.get(`manifests/2026/11/${day}.json`)!)),
  };
}

it('a manifest lists the objects of its day and the ends of its chains', async () => {
  const { store, clock, act, seal, manifestOf } = createWorld();
  await act();
  clock.now += DAY_MS;
  await act();
  expect(await seal()).toEqual({ days: ['2026-11-20'], objects: 2, findings: [] });
  const manifest = manifestOf('20');
  expect(manifest.objects.map(({ key }) => key)).toEqual(
    [...store.objects.keys()].filter((key) => key.startsWith('entries/2026/11/20/')),
  );
  expect(manifest.writers).toMatchObject([{ first_sequence: 1, last_sequence: 2 }]);
  expect(manifest.previous).toBeNull();
});

it('a day is sealed once, an hour after it has ended', async () => {
  const { clock, act, seal } = createWorld();
  await act();
  clock.now = Date.parse('2026-11-21T00:59:59.999Z');
  expect((await seal()).days).toEqual([]);
  clock.now += 1;
  expect((await seal()).days).toEqual(['2026-11-20']);
  expect((await seal()).days).toEqual([]);
});

it('days without entries are sealed too, also if the function did not run for days', async () => {
  const { clock, act, seal, manifestOf } = createWorld();
  await act();
  clock.now += 4 * DAY_MS;
  expect((await seal()).days).toEqual(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']);
  expect(manifestOf('22').objects).toEqual([]);
  expect(manifestOf('22').previous).toMatch(/^[0-9a-f]{64}$/);
});

it('nothing is sealed before the first entry', async () => {
  expect((await createWorld().seal()).days).toEqual([]);
});

it('two functions that seal at the same time leave one manifest', async () => {
  const { store, clock, act, seal } = createWorld();
  await act();
  clock.now += 2 * DAY_MS;
  const outcomes = await Promise.all([seal(), seal()]);
  expect(outcomes.flatMap(({ days }) => days).sort()).toEqual(['2026-11-20', '2026-11-21']);
  expect([...store.objects.keys()].filter((key) => key.startsWith('manifests/'))).toHaveLength(2);
});

it('a changed line is sealed as it is, and reported', async () => {
  const { store, clock, act, seal } = createWorld();
  await act();
  const [[key, text] = ['', '']] = store.objects;
  store.objects.set(key, text.replace('laptop', 'server'));
  clock.now += DAY_MS;
  const { days, findings } = await seal();
  expect(days).toEqual(['2026-11-20']);
  expect(findings[0]).toEqual({
    place: `${key}:1`,
    problem: 'the line was changed: its mac is wrong',
  });
});
