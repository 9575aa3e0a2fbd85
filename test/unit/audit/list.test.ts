import { expect, it } from 'vitest';
import { listActs, nameCaller } from '../../../audit/list.ts';
import { beginAct, recordAct } from '../../../audit/record-act.ts';
import { createMemoryAuditStore, createTrail, readAuditKeys } from '../../support/audit-trail.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const DAY_MS = 86_400_000;

async function createWorld() {
  const store = createMemoryAuditStore();
  const clock = { now: NOW - 3 * DAY_MS };
  const trail = createTrail(store, () => clock.now);
  const key = { kind: 'api_key', id: 'k1', tenant: 'acme' } as const;
  await recordAct(trail, { act: 'revoke_key' }, async () => 1);
  clock.now = NOW - DAY_MS;
  await recordAct(
    trail,
    { act: 'replay' },
    async () => 3,
    (records) => ({ counts: { records } }),
  );
  clock.now = NOW;
  await beginAct({ ...trail, caller: { ...trail.caller, principal: key } }, { act: 'erase' });
  const deps = { store, keys: readAuditKeys, now: () => NOW };
  return (filter: Partial<Parameters<typeof listActs>[1]> = {}) =>
    listActs(deps, { since: '2026-11-24', ...filter });
}

it('an act and its outcome are one entry of the list, and an act without outcome says so', async () => {
  const list = await createWorld();
  expect((await list()).map(({ act, outcome, counts }) => [act, outcome, counts])).toEqual([
    ['revoke_key', 'done', {}],
    ['replay', 'done', { records: 3 }],
    ['erase', 'unknown', {}],
  ]);
});

it('the list can be limited by day, act and caller', async () => {
  const list = await createWorld();
  const acts = async (filter: Parameters<typeof list>[0]) =>
    (await list(filter)).map(({ act }) => act);
  expect(await acts({ since: '2026-11-25' })).toEqual(['replay', 'erase']);
  expect(await acts({ act: 'replay' })).toEqual(['replay']);
  expect(await acts({ who: 'acme' })).toEqual(['erase']);
  expect(await acts({ who: 'user/ada' })).toEqual(['revoke_key', 'replay']);
});

it('each kind of caller has a name', () => {
  expect(nameCaller({ kind: 'oidc', subject: 'u-1', tenant: 'acme' })).toBe('u-1 (acme)');
  expect(nameCaller({ kind: 'function', name: 'Keeper' })).toBe('function Keeper');
});
