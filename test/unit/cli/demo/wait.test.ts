import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Published } from '../../../../cli/demo/publish.ts';
import { waitForRecords } from '../../../../cli/demo/wait.ts';
import { type Result, recordKey } from '../../../../schemas/index.ts';
import { countStubCall } from '../../../support/endless-loops.ts';
import { aResult } from '../../../support/results.ts';

let clock = 0;
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: async (milliseconds: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    signal.throwIfAborted();
    clock += milliseconds;
  },
}));
beforeEach(() => {
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => void vi.restoreAllMocks());

const createPublished = (record_id: string, fields: Partial<Published> = {}): Published => ({
  ...{ tenant: 'default', source: 'app_reviews', record_id, record_version: 0 },
  ...{ position_id: `s:${record_id}`, bad: false },
  ...fields,
});

/**
 * Waits for the records. `rows` and `set_asides` return what is there after a number of polls,
 * counted from 1.
 */
async function wait(
  records: Published[],
  rows: (poll: number) => Result[],
  set_asides: (poll: number) => string[] = () => [],
  signal = new AbortController().signal,
) {
  const firsts: string[] = [];
  const updates: string[] = [];
  let polls = 0;
  await waitForRecords({
    results: {
      getMany: async () => {
        countStubCall();
        polls += 1;
        return new Map(rows(polls).map((row) => [recordKey(row), row]));
      },
    } as never,
    set_asides: {
      get: async (id: string) => (set_asides(polls).includes(id) ? { reason: 'x' } : undefined),
    } as never,
    published: records,
    progress: { update: (message) => void updates.push(message), finish: () => undefined },
    signal,
    on_first: ({ record_id }) => void firsts.push(record_id),
  });
  return { polls, firsts, updates };
}

it('the demo waits until each good record has a result, and each bad one a set-aside', async () => {
  const records = [createPublished('a'), createPublished('bad', { bad: true })];
  const { polls, updates } = await wait(
    records,
    (poll) => (poll >= 2 ? [aResult({ record_id: 'a' })] : []),
    (poll) => (poll >= 3 ? ['s:bad'] : []),
  );
  expect(polls).toBe(3);
  expect(updates).toEqual([
    '0 of 2 records have ended',
    '1 of 2 records have ended',
    '2 of 2 records have ended',
  ]);
});

it('the demo waits for the version of a record that it has published, or a newer one', async () => {
  const records = [createPublished('a', { record_version: 2 })];
  const row = (record_version: number) => aResult({ record_id: 'a', record_version });
  expect((await wait(records, (poll) => [row(poll - 1)])).polls).toBe(3);
  expect((await wait(records, () => [row(9)])).polls).toBe(1);
});

it('the demo does not take a set-aside of another record for the end of a good one', async () => {
  const rows = (poll: number) => (poll >= 2 ? [aResult({ record_id: 'a' })] : []);
  expect((await wait([createPublished('a')], rows, () => ['s:a'])).polls).toBe(2);
});

it('the demo shows the first verdict once, and shows no record without a verdict', async () => {
  const records = ['empty', 'a', 'b'].map((id) => createPublished(id));
  const rows = [
    aResult({ record_id: 'empty', status: 'empty' }),
    aResult({ record_id: 'a' }),
    aResult({ record_id: 'b' }),
  ];
  const { firsts } = await wait(records, (poll) => rows.slice(0, poll));
  expect(firsts).toEqual(['a']);
});

it('the demo fails if no record ends for two minutes, and not while records still end', async () => {
  const records = ['a', 'b', 'c'].map((id) => createPublished(id));
  // One record ends after each 100 s, which is 250 polls of 400 ms.
  const rows = (poll: number) =>
    records.slice(0, Math.floor(poll / 250)).map(({ record_id }) => aResult({ record_id }));
  await wait(records, rows);
  expect(clock).toBeGreaterThan(290_000);
  clock = 0;
  await expect(wait(records, (poll) => rows(Math.min(poll, 300)))).rejects.toThrow(
    '2 records have not ended, the first is b',
  );
  expect(clock).toBeGreaterThan(219_000);
  expect(clock).toBeLessThan(222_000);
});

it('the demo stops waiting when it is interrupted', async () => {
  const interrupted = AbortSignal.abort(new Error('Interrupted'));
  await expect(wait([createPublished('a')], () => [], undefined, interrupted)).rejects.toThrow(
    'Interrupted',
  );
});
