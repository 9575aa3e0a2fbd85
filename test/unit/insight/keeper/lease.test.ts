import { expect, it } from 'vitest';
import {
  InterruptedError,
  NoTimeError,
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
