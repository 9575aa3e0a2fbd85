import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paceRetries } from '../../../../processors/stream/pace-retries.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const records = kinesisRecords('a', 'b', 'c');
const [first, second] = records.map(({ kinesis }) => kinesis.sequenceNumber);
const otherShard = records.map((record) => ({ ...record, eventID: `other:${record.eventID}` }));

/** A consumer that takes `takes_ms` and reports `failed`, and that is paced. */
function aPacedConsumer() {
  const state: { failed: string[]; takes_ms: number } = { failed: [], takes_ms: 0 };
  const paced = paceRetries(
    async (batch, { tally }) => {
      await vi.advanceTimersByTimeAsync(state.takes_ms);
      for (const delivered_as of state.failed) {
        tally.addFailed([{ stage: 'analysis', code: 'Down', delivered_as }]);
      }
      return tally.report(batch);
    },
    { now: Date.now },
  );
  /** Returns how long a batch takes, in milliseconds. */
  const measure = async (batch = records, context = aBatchContext()) => {
    const started_at = Date.now();
    const ended = paced(batch, context).then(() => Date.now() - started_at);
    await vi.advanceTimersByTimeAsync(60_000);
    return ended;
  };
  return { state, measure };
}

it('batches that make no progress take longer and longer, up to 30 seconds, and the first none', async () => {
  const { state, measure } = aPacedConsumer();
  state.failed = [first!];
  const durations: number[] = [];
  for (let i = 0; i < 8; i += 1) durations.push(await measure());
  expect(durations).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('a batch whose first record is processed is answered at once, and ends the pace of its shard', async () => {
  const { state, measure } = aPacedConsumer();
  state.failed = [first!];
  for (let i = 0; i < 3; i += 1) await measure();
  state.failed = [second!];
  expect(await measure()).toBe(0);
  state.failed = [first!];
  expect(await measure()).toBe(0);
  state.failed = [];
  expect(await measure()).toBe(0);
});

it('each shard has a pace of its own', async () => {
  const { state, measure } = aPacedConsumer();
  state.failed = [first!];
  for (let i = 0; i < 3; i += 1) await measure();
  expect(await measure(otherShard)).toBe(0);
  expect(await measure()).toBe(4_000);
});

it('the time that a batch has taken itself counts', async () => {
  const { state, measure } = aPacedConsumer();
  state.failed = [first!];
  state.takes_ms = 1_500;
  for (let i = 0; i < 2; i += 1) expect(await measure()).toBe(1_500);
  expect(await measure()).toBe(2_000);
});

it('the answer is not delayed beyond the deadline of the analysis', async () => {
  const { state, measure } = aPacedConsumer();
  state.failed = [first!];
  for (let i = 0; i < 7; i += 1) await measure();
  const context = aBatchContext();
  context.analysis = { ...context.analysis, at: Date.now() + 300 };
  expect(await measure(records, context)).toBe(300);
});

it('an empty batch is answered at once', async () => {
  const { measure } = aPacedConsumer();
  for (let i = 0; i < 3; i += 1) expect(await measure([])).toBe(0);
});
