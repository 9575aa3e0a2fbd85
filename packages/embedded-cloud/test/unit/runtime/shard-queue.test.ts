import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Sequenced } from '../../../src/runtime/event-source/lane.ts';
import {
  createShardQueue,
  laneOf,
  type ShardStep,
} from '../../../src/runtime/event-source/shard-queue.ts';

const settings = {
  batch_size: 4,
  window_ms: 50,
  payload_bytes: 10_000,
  bisect: true,
  max_retries: 1,
  max_record_age_ms: 60_000,
  backoff: () => 5,
  parallelization_factor: 3,
};

it('a partition key stays in one lane, and keys are spread over all lanes', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
  expect(new Set(keys.map((key) => laneOf(key, 10))).size).toBe(10);
  expect(keys.map((key) => laneOf(key, 10))).toEqual(keys.map((key) => laneOf(key, 10)));
});

it('a shard queue never checkpoints past an unfinished record and keeps the order per key, for any outcomes', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 60 });
  const answers = fc.infiniteStream(
    fc.record({ bad: fc.integer({ min: 0, max: 9 }), at: fc.nat(9), pick: fc.nat(9) }),
  );
  fc.assert(
    fc.property(
      keys,
      answers,
      fc.integer({ min: 1, max: 200 }),
      (partition_keys, script, failing) => {
        const records: Sequenced[] = partition_keys.map((partition_key, index) => ({
          sequence_number: String(index + 1),
          partition_key,
          arrived_at: 0,
          event_bytes: 10,
        }));
        const queue = createShardQueue<Sequenced>(settings);
        const out: ShardStep<Sequenced>[] = [];
        const last_of_key = new Map<string, number>();
        const over = new Set<string>();
        let now = 0;
        let turn = 0;
        queue.add(records, now);
        while (queue.countUnfinished() > 0) {
          const { steps, wake_at } = queue.take(now);
          out.push(...steps);
          const { bad, at, pick } = script.next().value!;
          const [step] = out.splice(pick % Math.max(1, out.length), 1);
          if (step === undefined) {
            now = wake_at ?? now;
            continue;
          }
          turn += 1;
          const { batch } = step;
          const cut = at % batch.records.length;
          const kind =
            step.kind === 'discard' || turn > failing || bad < 4
              ? 'success'
              : bad < 6
                ? 'failure'
                : bad < 9
                  ? 'partial'
                  : 'throttled';
          const done =
            kind === 'success'
              ? batch.records
              : kind === 'partial'
                ? batch.records.slice(0, cut)
                : [];
          for (const { partition_key, sequence_number } of done) {
            expect(Number(sequence_number)).toBeGreaterThan(last_of_key.get(partition_key) ?? 0);
            last_of_key.set(partition_key, Number(sequence_number));
            over.add(sequence_number);
          }
          const from_sequence_number = batch.records[cut]!.sequence_number;
          queue.settle(
            step.lane,
            kind === 'partial' ? { kind, from_sequence_number } : { kind },
            now,
          );
          const checkpoint = Number(queue.checkpoint() ?? 0);
          for (let number = 1; number <= checkpoint; number += 1)
            expect(over.has(String(number))).toBe(true);
          expect(over.has(String(checkpoint + 1))).toBe(false);
        }
        expect(queue.checkpoint()).toBe(String(records.length));
        expect(queue.unfinishedBytes()).toBe(0);
        expect(over.size).toBe(records.length);
      },
    ),
  );
});

it('a record that is not wanted is never delivered, and the checkpoint passes it once all before it are finished', () => {
  const queue = createShardQueue<Sequenced>({ ...settings, window_ms: 0 });
  const records: Sequenced[] = ['1', '2', '3'].map((sequence_number) => {
    return { sequence_number, partition_key: 'a', arrived_at: 0, event_bytes: 10 };
  });
  expect(queue.add(records, 0, ({ sequence_number }) => sequence_number === '2')).toBe(2);
  expect(queue.checkpoint()).toBe('1');
  const { steps } = queue.take(0);
  expect(steps.map(({ batch }) => batch.records)).toEqual([[records[1]]]);
  expect(queue.unfinishedBytes()).toBe(10);
  queue.settle(steps[0]!.lane, { kind: 'success' }, 0);
  expect(queue.checkpoint()).toBe('3');
  expect(queue.countUnfinished()).toBe(0);
});
