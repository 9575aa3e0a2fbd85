import { expect, it } from 'vitest';
import type { EraseDeps } from '../../../operations/erase/context.ts';
import { simulateErasure } from '../../simulation/erasure/simulate.ts';
import { REPEATS } from '../../support/repeats.ts';

/** The workflow `simulation` runs a hundred times as many. */
const SEEDS = 120 * REPEATS;
/** Each bug must be found within so many seeds. */
const FOUND_WITHIN = 1_500;

it(
  'an erased record never comes back, under redelivery, redrives, concurrent writes and crashes of the erasure',
  async () => {
    let erased = 0;
    let crashes = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const world = await simulateErasure(seed);
      expect(world.problems, `seed ${seed}`).toEqual([]);
      erased += world.erased;
      crashes += world.crashes;
    }
    expect(erased).toBeGreaterThan(SEEDS);
    expect(crashes).toBeGreaterThan(SEEDS / 2);
  },
  60_000 * REPEATS,
);

/** Bugs that the simulation must find, each as a store that behaves as if the erasure had it. */
const BUGS: Record<string, (deps: EraseDeps) => EraseDeps> = {
  'withdrawals have the time of the request, so that producers whose clocks are ahead win': (
    deps,
  ) => ({
    ...deps,
    rows: {
      ...deps.rows,
      withdraw: (withdrawals) =>
        deps.rows.withdraw(withdrawals.map((one) => ({ ...one, stamp: one.stamp - 5 * 60_000 }))),
    },
  }),
  'nothing waits for the records that are on a stream': (deps) => ({
    ...deps,
    waitFor: async () => {},
  }),
  'failed batches are forgotten': (deps) => ({
    ...deps,
    failures: { ...deps.failures, async *keys() {} },
  }),
  'pages after the first are forgotten': (deps) => ({
    ...deps,
    rows: {
      ...deps.rows,
      page: async (selection, after) => {
        const { rows } = await deps.rows.page(selection, after);
        return { rows };
      },
    },
  }),
};

it.each(Object.keys(BUGS))('the simulation finds the bug that %s', async (bug) => {
  let problems: string[] = [];
  for (let seed = 1; seed <= FOUND_WITHIN && problems.length === 0; seed += 1) {
    ({ problems } = await simulateErasure(seed, BUGS[bug]));
  }
  expect(problems).not.toEqual([]);
});
