import { expect, it } from 'vitest';
import { simulateRebuilds } from '../../simulation/counts/rebuilds.ts';
import { REPEATS } from '../../support/repeats.ts';

/** The workflow `simulation` runs a hundred times as many. */
const SEEDS = 24 * REPEATS;

it(
  'readers see the counts before a rebuild or after it, although rebuilds die, overlap and lose answers, and batches are delivered again',
  async () => {
    const outcomes: Record<string, number> = {};
    let reads = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const report = await simulateRebuilds(seed);
      expect(report.wrong, `seed ${seed}`).toEqual([]);
      reads += report.reads;
      for (const [name, times] of Object.entries(report.outcomes)) {
        outcomes[name] = (outcomes[name] ?? 0) + times;
      }
    }
    expect(reads).toBeGreaterThan(50 * SEEDS);
    for (const outcome of ['rebuilt', 'died', 'ServiceError', 'RebuildReplacedError']) {
      expect(outcomes[outcome], outcome).toBeGreaterThan(5);
    }
  },
  300_000 * REPEATS,
);
