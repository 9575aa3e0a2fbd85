import { expect, it } from 'vitest';
import { simulateCounts } from '../../simulation/counts/simulate.ts';

/** `npm run simulate:counts` goes on with other seeds every night. */
const SEEDS = 100;

it('counts equal a recount of the table after corrections, withdrawals, expiries, splits of shards, deaths, zombies and lost answers', async () => {
  const faults: Record<string, number> = {};
  let compared = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const report = await simulateCounts(seed, 40);
    expect(report.wrong, `seed ${seed}`).toEqual([]);
    compared += report.compared;
    for (const [name, times] of Object.entries(report.faults)) {
      faults[name] = (faults[name] ?? 0) + times;
    }
  }
  expect(compared).toBeGreaterThan(100 * SEEDS);
  for (const fault of ['call failed', 'answer lost', 'call repeated', 'invocation given up']) {
    expect(faults[fault], fault).toBeGreaterThan(SEEDS / 4);
  }
}, 600_000);
