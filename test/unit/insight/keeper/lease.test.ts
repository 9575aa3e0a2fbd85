import { expect, it } from 'vitest';
import {
  InterruptedError,
  NoTimeError,
  requireTime,
  runQuery,
  StatementError,
  waitForLease,
  withLease,
} from '../../../../insight/keeper/lease.ts';
import { createFakeStatements, type FakeOutcome } from '../../../fakes/athena-statements.ts';
import { createFakeTableLease } from '../../../fakes/keeper-stores.ts';

/** A keeper whose clock moves only while it sleeps. */
function createWorld(outcomeOf?: (sql: string) => FakeOutcome) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const lease = createFakeTableLease(now);
  const athena = createFakeStatements(outcomeOf);
  let owners = 0;
  const deps = {
    ...{ lease, now, statements: athena.statements },
    newOwner: () => `owner-${++owners}`,
    sleep: async (ms: number) => {
      clock.now += ms;
    },
  };
  return { ...athena, clock, lease, deps };
}
const REMAINING = () => 600_000;

it('a statement that takes ten minutes keeps the lease', async () => {
  const { deps, lease, clock } = createWorld(() => ({ polls: 310 }));
  const taken: unknown[] = [];
  const sleep = async (ms: number) => {
    clock.now += ms;
    taken.push(await lease.take('other', clock.now + 1));
  };
  await withLease({ ...deps, sleep }, REMAINING, (run) => run('MERGE'));
  expect(clock.now).toBeGreaterThan(600_000);
  expect(taken.every((answer) => answer === undefined)).toBe(true);
  expect(await lease.take('other', clock.now + 1)).toEqual({});
});

it('a keeper stops the statement of a dead keeper before it works', async () => {
  const { deps, lease, clock, statements, stopped, started } = createWorld(() => ({ polls: 2 }));
  const left = await statements.start('MERGE of the dead keeper');
  await lease.take('dead', 1_000);
  await lease.extend('dead', 1_000, left);
  expect(await withLease(deps, REMAINING, async () => 'worked')).toBeUndefined();
  clock.now = 1_000;
  const held = await withLease(deps, REMAINING, async () => {
    expect(stopped).toEqual([left]);
    return 'worked';
  });
  expect(held).toEqual({ result: 'worked' });
  expect(started).toHaveLength(1);
});

it('a statement that is not done when the time is up is stopped', async () => {
  const { deps, stopped, clock } = createWorld(() => ({ polls: 1_000 }));
  const running = withLease(
    deps,
    () => 120_000 - clock.now,
    (run) => run('MERGE'),
  );
  await expect(running).rejects.toThrow(InterruptedError);
  expect(stopped).toEqual(['0']);
  expect(clock.now).toBeLessThan(120_000);
});

it('a statement that succeeds although it is stopped counts as succeeded', async () => {
  const { deps, statements, clock } = createWorld(() => ({ polls: 60 }));
  const running = withLease(
    { ...deps, statements: { ...statements, stop: async () => {} } },
    () => 120_000 - clock.now,
    (run) => run('MERGE'),
  );
  expect(await running).toEqual({ result: '0' });
});

it('a keeper that has lost the lease stops its statement', async () => {
  const { deps, lease, clock, stopped } = createWorld(() => ({ polls: 1_000 }));
  const sleep = async (ms: number) => {
    clock.now += ms;
    if (clock.now > 10_000 && clock.now < 20_000) {
      clock.now = 400_000;
      await lease.take('other', 10_000_000);
    }
  };
  const running = withLease({ ...deps, sleep }, REMAINING, (run) => run('MERGE'));
  await expect(running).rejects.toThrow('Another keeper has taken the lease');
  expect(stopped).toEqual(['0']);
});

it('no statement is started in the last minute of an invocation', async () => {
  const { deps, started } = createWorld();
  const running = withLease(
    deps,
    () => 59_999,
    (run) => run('MERGE'),
  );
  await expect(running).rejects.toThrow(NoTimeError);
  expect(started).toEqual([]);
});

it('a statement that Athena refuses throws its code, and the lease is free again', async () => {
  const { deps, lease } = createWorld(() => ({ state: 'failed', code: 'SYNTAX_ERROR' }));
  const running = withLease(deps, REMAINING, (run) => run('MERGE'));
  await expect(running).rejects.toThrow(new StatementError('SYNTAX_ERROR'));
  expect(await lease.take('next', 1)).toEqual({});
});

it('waiting for the lease ends when another keeper releases it, or when the time is up', async () => {
  const { deps, lease, clock } = createWorld();
  await lease.take('other', 30_000);
  expect(await waitForLease(deps, REMAINING, async () => clock.now)).toBe(30_000);
  await lease.take('other', 10_000_000);
  const waiting = waitForLease(
    deps,
    () => 200_000 - clock.now,
    async () => 'worked',
  );
  await expect(waiting).rejects.toThrow(NoTimeError);
});

const WAITS = [50, 100, 200, 400, 800, 1_600, 2_000, 2_000];

/** A keeper that notes what it sleeps, takes, extends and reads. */
function createWatchedWorld(outcomeOf?: (sql: string) => FakeOutcome) {
  const world = createWorld(outcomeOf);
  const slept: number[] = [];
  const leases: [string, number, number][] = [];
  const read: string[] = [];
  const { deps, lease, clock, statements } = world;
  const watched: typeof deps = {
    ...deps,
    sleep: async (ms) => {
      slept.push(ms);
      clock.now += ms;
    },
    lease: {
      ...lease,
      take: (owner, until) => {
        leases.push(['take', clock.now, until]);
        return lease.take(owner, until);
      },
      extend: (owner, until, id) => {
        leases.push(['extend', clock.now, until]);
        return lease.extend(owner, until, id);
      },
    },
    statements: {
      ...statements,
      read: (id) => {
        read.push(id);
        return statements.read(id);
      },
    },
  };
  return { ...world, deps: watched, slept, leases, read };
}

it('a statement and a query are asked for after 50 ms, then after twice as long each time, up to two seconds', async () => {
  const statement = createWatchedWorld(() => ({ polls: 8 }));
  await withLease(statement.deps, REMAINING, (run) => run('MERGE'));
  expect(statement.slept).toEqual(WAITS);
  const query = createWatchedWorld(() => ({ polls: 8, rows: [{ n: 1 }] }));
  expect(await runQuery(query.deps, REMAINING, 'SELECT')).toEqual([{ n: 1 }]);
  expect(query.slept).toEqual(WAITS);
});

it('a statement that does not stop is stopped again after the same waits', async () => {
  const { deps, statements, slept, lease, clock } = createWatchedWorld(() => ({ polls: 8 }));
  const id = await statements.start('MERGE of the dead keeper');
  await lease.take('dead', 1);
  await lease.extend('dead', 1, id);
  clock.now = 1;
  const stops: string[] = [];
  const stop = async (stopped: string) => void stops.push(stopped);
  const { read } = statements;
  await withLease({ ...deps, statements: { ...statements, read, stop } }, REMAINING, async () => 1);
  expect(slept).toEqual(WAITS);
  expect(stops).toEqual(WAITS.map(() => id));
});

it('a lease is taken for three minutes, and extended by three minutes at the start of a statement and when half is left', async () => {
  const { deps, leases } = createWatchedWorld(() => ({ polls: 100 }));
  await withLease(deps, REMAINING, (run) => run('MERGE'));
  for (const [, at, until] of leases) expect(until - at).toBe(180_000);
  expect(leases.map(([kind]) => kind)).toEqual(['take', 'extend', 'extend', 'extend']);
  const [, , first, second] = leases.map(([, at]) => at);
  expect(first).toBeGreaterThan(90_000);
  expect(first).toBeLessThanOrEqual(92_000);
  expect(second! - first!).toBeGreaterThan(90_000);
});

it('a keeper after one that ended well asks for no statement of it', async () => {
  const { deps, read } = createWatchedWorld();
  await withLease(deps, REMAINING, async () => 'worked');
  await withLease(deps, REMAINING, async () => 'worked');
  expect(read).toEqual([]);
});

it('with just a minute left, statements and queries start, and waiting for the lease goes on', async () => {
  const minute = () => 60_000;
  const { deps, lease } = createWorld();
  expect(await withLease(deps, minute, (run) => run('MERGE'))).toEqual({ result: '0' });
  expect(await runQuery(deps, minute, 'SELECT')).toEqual([]);
  expect(() => requireTime(minute)).not.toThrow();
  expect(() => requireTime(() => 59_999)).toThrow(NoTimeError);
  await lease.take('other', 1_000);
  expect(await waitForLease(deps, minute, async () => 'worked')).toBe('worked');
});

it('with just half a minute left, a running statement goes on, and with less it is stopped', async () => {
  for (const [left, is_stopped] of [
    [30_000, false],
    [29_999, true],
  ] as const) {
    const { deps, clock, stopped } = createWorld(() => ({ polls: 3 }));
    const remaining = () => (clock.now === 0 ? 60_000 : left);
    const ran = withLease(deps, remaining, (run) => run('MERGE'));
    const asked = createWorld(() => ({ polls: 3 }));
    const query = runQuery(asked.deps, () => (asked.clock.now === 0 ? 60_000 : left), 'SELECT');
    if (is_stopped) {
      await expect(ran).rejects.toThrow('The time of the invocation is up');
      await expect(query).rejects.toThrow('The time of the invocation is up');
    } else {
      await ran;
      await query;
    }
    expect([stopped.length > 0, asked.stopped.length > 0]).toEqual([is_stopped, is_stopped]);
  }
});

it('a query that Athena refuses throws its code', async () => {
  const { deps } = createWorld(() => ({ state: 'failed' }));
  await expect(runQuery(deps, REMAINING, 'SELECT')).rejects.toThrow(new StatementError('UNKNOWN'));
});
