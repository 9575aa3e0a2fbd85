import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REPEATS } from '../../support/repeats.ts';
import { type Fate, jobWorld, type Schedule } from './job-world.ts';

const FATES: Fate[] = ['lost before', 'lost after', 'crash before', 'crash after'];

const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  total: fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 5_000 }),
    fc.constantFrom(999, 1_000, 1_001, 2_000, 3_000),
  ),
  /** Maximum number of records in a batch */
  batch_size: fc.integer({ min: 1, max: 1_000 }),
  /** Limit for the disorder of the records. Each record moves by fewer positions than the limit. */
  disorder: fc.constantFrom(1, 100, 5_000),
  consumers: fc.integer({ min: 1, max: 5 }),
  trouble: fc.constantFrom(0, 0.05, 0.3),
  redelivered: fc.constantFrom(0, 0.3),
  set_aside: fc.constantFrom(0, 0, 0.1),
  cancelled: fc.constant(false),
});

it(
  'Progress is exact at every step under redelivery, bisecting, crashes and lost responses, and ends once with done = total',
  async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const world = jobWorld(schedule);
        await world.run();
        const { status, progress, counts } = await world.read();
        expect(progress).toMatchObject({
          done: schedule.total,
          total: schedule.total,
          percentage: 100,
          stage: 'done',
        });
        expect(counts).toEqual(world.expected_counts);
        const has_errors = progress.failed + progress.set_aside > 0;
        expect(status).toBe(has_errors ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED');
        expect(world.final_transitions).toEqual([status]);
      }),
      { numRuns: 40 * REPEATS },
    );
  },
  120_000 * REPEATS,
);

it(
  'A job that is cancelled midway stays CANCELLED, or stays in the final state that came before',
  async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const world = jobWorld({ ...schedule, cancelled: true });
        await world.run();
        const { status, progress } = await world.read();
        expect(progress.done).toBeLessThanOrEqual(schedule.total);
        expect(world.final_transitions).toEqual([status]);
        if (status !== 'CANCELLED') expect(progress.done).toBe(schedule.total);
      }),
      { numRuns: 40 * REPEATS },
    );
  },
  120_000 * REPEATS,
);

it.each(FATES)(
  'The progress of the smallest jobs survives the fate "%s" at every single step',
  async (fate) => {
    for (const total of [1, 2, 1_001]) {
      for (let step = 0; step < 12; step += 1) {
        const world = jobWorld({
          seed: 1,
          total,
          batch_size: total,
          disorder: 1,
          consumers: 1,
          trouble: 0,
          redelivered: 0,
          set_aside: 0,
          cancelled: false,
          at_step: { step, fate },
        });
        await world.run();
        const { status, progress } = await world.read();
        expect(progress.done).toBe(total);
        expect(world.final_transitions).toEqual([status]);
      }
    }
  },
);
