import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeliverySettings, Sequenced } from '../../../src/runtime/event-source/lane.ts';
import { createLane } from '../../../src/runtime/event-source/lane.ts';

const settings: DeliverySettings = {
  batch_size: 3,
  window_ms: 1_000,
  payload_bytes: 1_000,
  bisect: false,
  max_retries: 2,
  max_record_age_ms: 60_000,
  backoff: () => 10,
};

const record = (number: number, event_bytes = 10): Sequenced => ({
  sequence_number: String(number),
  partition_key: 'a',
  arrived_at: 0,
  event_bytes,
});

function laneOf(overrides: Partial<DeliverySettings>, records: Sequenced[]) {
  const lane = createLane({ ...settings, ...overrides });
  for (const item of records) lane.add(item, 0);
  return lane;
}

/**
 * Takes the next batch from a lane.
 * @returns the sequence numbers of the records in the batch
 */
function sendNext(lane: ReturnType<typeof createLane>, now: number): string[] {
  const step = lane.next(now);
  if (step.kind !== 'invoke') throw new Error(`expected a batch and got ${step.kind}`);
  return step.batch.records.map(({ sequence_number }) => sequence_number);
}

it('a lane sends a batch as soon as it is full', () => {
  expect(
    sendNext(
      laneOf(
        {},
        [1, 2, 3, 4].map((n) => record(n)),
      ),
      0,
    ),
  ).toEqual(['1', '2', '3']);
});

it('a lane sends a smaller batch when the window ends, and returns that time', () => {
  const lane = laneOf({}, [record(1)]);
  expect(lane.next(999)).toEqual({ kind: 'wait', until: 1_000 });
  expect(sendNext(lane, 1_000)).toEqual(['1']);
});

it('a lane sends a batch before a record of the next tumbling window', () => {
  const at = (number: number, arrived_at: number) => ({ ...record(number), arrived_at });
  const lane = laneOf({ tumbling_ms: 100 }, [at(1, 120), at(2, 199), at(3, 200)]);
  expect(sendNext(lane, 0)).toEqual(['1', '2']);
});

it('a lane sends a batch before its payload would be too large', () => {
  expect(sendNext(laneOf({}, [record(1, 600), record(2, 600)]), 0)).toEqual(['1']);
});

it('a lane sends a record alone that is too large by itself', () => {
  expect(sendNext(laneOf({}, [record(1, 2_000), record(2)]), 0)).toEqual(['1']);
});

it('a lane has one batch in flight at a time', () => {
  const lane = laneOf({ batch_size: 1 }, [record(1), record(2)]);
  lane.next(0);
  expect(lane.next(0)).toEqual({ kind: 'rest' });
});

const three = [1, 2, 3].map((n) => record(n));

it('a failed batch is sent again after the backoff until the retries are used up, and is then discarded', () => {
  const lane = laneOf({}, three);
  for (const now of [0, 10, 20]) {
    expect(sendNext(lane, now)).toEqual(['1', '2', '3']);
    expect(lane.settle({ kind: 'failure' }, now)).toEqual([]);
  }
  expect(lane.next(30)).toMatchObject({ kind: 'discard', condition: 'RetryAttemptsExhausted' });
  expect(lane.settle({ kind: 'success' }, 30)).toEqual(three);
});

it('a failed batch is halved until one record is left, which counts no retry', () => {
  const lane = laneOf({ bisect: true, max_retries: 0 }, three);
  const batches = [0, 10, 20, 30, 40].map((now) => {
    const step = lane.next(now);
    if (step.kind !== 'invoke' && step.kind !== 'discard') throw new Error(step.kind);
    lane.settle({ kind: step.kind === 'discard' ? 'success' : 'failure' }, now);
    return [step.kind, step.batch.records.length];
  });
  expect(batches).toEqual([
    ['invoke', 3],
    ['invoke', 2],
    ['invoke', 1],
    ['discard', 1],
    ['invoke', 1],
  ]);
});

it('a lane resumes at the checkpoint of a partial answer, also with later successes', () => {
  const lane = laneOf({}, three);
  lane.next(0);
  const done = lane.settle({ kind: 'partial', from_sequence_number: '2' }, 0);
  expect(done.map(({ sequence_number }) => sequence_number)).toEqual(['1']);
  expect(sendNext(lane, 10)).toEqual(['2', '3']);
});

it('a partial answer counts as a retry, unless it splits the batch and bisect is on', () => {
  const retriesAfter = (bisect: boolean, from_sequence_number: string) => {
    const lane = laneOf({ bisect }, three);
    lane.next(0);
    lane.settle({ kind: 'partial', from_sequence_number }, 0);
    const step = lane.next(10);
    return step.kind === 'invoke' ? step.batch.retries : undefined;
  };
  expect(retriesAfter(false, '2')).toBe(1);
  expect(retriesAfter(true, '2')).toBe(0);
  expect(retriesAfter(true, '1')).toBe(1);
});

it('throttled batches are sent again without a limit of retries, until the records are too old', () => {
  const lane = laneOf({ max_retries: 0 }, three);
  for (const now of [0, 10, 20, 30]) {
    expect(sendNext(lane, now)).toHaveLength(3);
    lane.settle({ kind: 'throttled' }, now);
  }
  expect(lane.next(60_001)).toMatchObject({ kind: 'discard', condition: 'RecordAgeExceeded' });
});

it('only the records that are too old are discarded', () => {
  const young = { ...record(2), arrived_at: 50_000 };
  const lane = laneOf({ batch_size: 2 }, [record(1), young]);
  const step = lane.next(60_001);
  expect(step).toMatchObject({ kind: 'discard', batch: { records: [record(1)] } });
  lane.settle({ kind: 'success' }, 60_001);
  expect(sendNext(lane, 60_001)).toEqual(['2']);
});

const outcome = fc.oneof(
  fc.constant({ kind: 'success' as const }),
  fc.constant({ kind: 'failure' as const }),
  fc.constant({ kind: 'throttled' as const }),
  fc.record({ kind: fc.constant('partial' as const), at: fc.nat(10) }),
);

it('each record is delivered or discarded, in order, for any outcomes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      fc.array(outcome, { maxLength: 80 }),
      (count, batch_size, bisect, max_retries, answers) => {
        const records = Array.from({ length: count }, (_, index) => record(index + 1));
        const lane = laneOf({ batch_size, bisect, max_retries, window_ms: 0 }, records);
        const finished: Sequenced[] = [];
        let now = 0;
        while (lane.countUnfinished() > 0) {
          const step = lane.next(now);
          if (step.kind === 'wait') now = step.until;
          if (step.kind === 'discard') finished.push(...lane.settle({ kind: 'success' }, now));
          if (step.kind !== 'invoke') continue;
          // Each batch must start with the first unfinished record, because the lane keeps the
          // order of the records across retries and splits.
          expect(step.batch.records[0]).toBe(records[finished.length]);
          const answer = answers.shift() ?? { kind: 'success' };
          const at = 'at' in answer ? answer.at % step.batch.records.length : 0;
          const from_sequence_number = step.batch.records[at]!.sequence_number;
          finished.push(
            ...lane.settle(
              answer.kind === 'partial' ? { kind: 'partial', from_sequence_number } : answer,
              now,
            ),
          );
        }
        expect(finished).toEqual(records);
      },
    ),
  );
});
