import { expect, it } from 'vitest';
import {
  type CheckCountsDeps,
  checkCountsAtNight,
} from '../../../../insight/keeper/check-counts.ts';
import { InterruptedError, NoTimeError, StatementError } from '../../../../insight/keeper/lease.ts';
import { aRawObject } from '../../../contract/suites/keeper-stores.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeManifest } from '../../../fakes/keeper-stores.ts';

const EVENING = Date.UTC(2026, 10, 27, 20);
const HOUR = 3_600_000;

function createWorld(outcomeOf: (sql: string) => FakeOutcome = () => ({ polls: 1 })) {
  const clock = { now: EVENING };
  const now = () => clock.now;
  const { manifest } = createFakeManifest(now);
  const athena = createFakeStatements(outcomeOf);
  const measured: unknown[] = [];
  const logged: string[] = [];
  const deps: CheckCountsDeps = {
    ...{ manifest, now, statements: athena.statements },
    retention: { by_tenant: {}, by_source: {} },
    sleep: async (ms) => {
      clock.now += ms;
    },
    readBuckets: async ({ from, time, interval }) =>
      from === Date.UTC(2026, 10, 26) && time === 'created_at' && interval === 'hour'
        ? [{ start_ms: from, source: 'app', measures: { 'n.en.pos': 1 }, changed_at: from }]
        : [],
    measure: (name, value) => measured.push([name, value]),
    log: (message) => logged.push(message),
    logError: (message) => logged.push(message),
  };
  const check = (remaining_ms = 600_000) => checkCountsAtNight(deps, () => remaining_ms);
  return { ...athena, deps, manifest, measured, logged, clock, check };
}

it('the counts are checked once a night, and a check publishes the number of buckets that differ', async () => {
  const withTenant = (sql: string) => (/DISTINCT/.test(sql) ? { rows: [{ tenant: 'acme' }] } : {});
  const { check, measured, logged, clock, started } = createWorld(withTenant);
  await check();
  expect(measured).toEqual([
    ['counts_unchecked_seconds', 0],
    ['counts_drift', 1],
  ]);
  expect(logged).toEqual(['counts have drifted']);
  const statements = started.length;
  clock.now += HOUR;
  await check();
  expect(measured.slice(2)).toEqual([['counts_unchecked_seconds', 3_600]]);
  expect(started).toHaveLength(statements);
  clock.now = Date.UTC(2026, 10, 28, 2, 1);
  await check();
  expect(started).toHaveLength(2 * statements);
});

it('counts without a difference publish a drift of 0', async () => {
  const { check, measured, logged } = createWorld();
  await check();
  expect(measured).toContainEqual(['counts_drift', 0]);
  expect(logged).toEqual(['counts checked']);
});

it('a check that fails is tried again by the next message, and the time without a check goes on', async () => {
  let is_down = false;
  const { check, measured, clock } = createWorld(() =>
    is_down ? { state: 'failed', code: 'THROTTLED' } : {},
  );
  await check();
  is_down = true;
  for (const hours of [24, 30, 31]) {
    clock.now = EVENING + hours * HOUR;
    await expect(check()).rejects.toThrow(StatementError);
    expect(measured.at(-1)).toEqual(['counts_unchecked_seconds', hours * 3_600]);
  }
  is_down = false;
  await check();
  expect(measured.at(-1)).toEqual(['counts_drift', 0]);
});

it('a stack whose check has never ended publishes the time since it was first asked for one', async () => {
  let is_down = true;
  const { check, measured, clock } = createWorld(() =>
    is_down ? { state: 'failed', code: 'ACCESS_DENIED' } : {},
  );
  for (const hours of [0, 1, 31, 32]) {
    clock.now = EVENING + hours * HOUR;
    await expect(check()).rejects.toThrow(StatementError);
    expect(measured.at(-1)).toEqual(['counts_unchecked_seconds', hours * 3_600]);
  }
  is_down = false;
  await check();
  clock.now += HOUR;
  await check();
  expect(measured.at(-1)).toEqual(['counts_unchecked_seconds', 3_600]);
});

it('the check waits while objects of the lake have waited for more than half an hour', async () => {
  const { check, logged, manifest, clock, started } = createWorld();
  await manifest.add(aRawObject({ found_at: EVENING }));
  clock.now += 1_799_000;
  await check();
  expect(logged).toEqual(['counts checked']);
  clock.now = EVENING + 24 * HOUR;
  const statements = started.length;
  await check();
  expect(logged.at(-1)).toBe('counts check postponed');
  expect(started).toHaveLength(statements);
});

it('the check reads no more counts when the time of the invocation is up', async () => {
  const { deps } = createWorld((sql) =>
    /DISTINCT/.test(sql)
      ? { rows: Array.from({ length: 40 }, (_, i) => ({ tenant: `t${i}` })) }
      : {},
  );
  let left = 600_000;
  let reads = 0;
  const readBuckets: CheckCountsDeps['readBuckets'] = async () => {
    reads += 1;
    left = 59_000;
    return [];
  };
  const checking = checkCountsAtNight({ ...deps, readBuckets }, () => left);
  await expect(checking).rejects.toThrow(NoTimeError);
  expect(reads).toBeLessThanOrEqual(2);
});

it('a query of the check is stopped when the time of the invocation is up', async () => {
  const { check, stopped, started } = createWorld(() => ({ polls: 1_000 }));
  await expect(check(59_000)).rejects.toThrow(InterruptedError);
  expect(started).toEqual([]);
  let left = 61_000;
  const world = createWorld(() => ({ polls: 1_000 }));
  const remaining = () => {
    left -= 10_000;
    return left + 10_000;
  };
  await expect(checkCountsAtNight({ ...world.deps }, remaining)).rejects.toThrow(InterruptedError);
  expect(world.stopped).toEqual(['0']);
  expect(stopped).toEqual([]);
});
