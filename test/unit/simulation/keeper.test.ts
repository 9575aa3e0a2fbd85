import { expect, it } from 'vitest';
import {
  type KeeperOutcome,
  type KeeperRun,
  simulateKeeper,
} from '../../simulation/keeper/simulate.ts';

/** `npm run simulate:keeper` goes on with other seeds every night. */
const WORLDS = 6;

async function check(run: KeeperRun): Promise<KeeperOutcome> {
  const report = await simulateKeeper(run);
  const { expected, found, waiting, stale } = report;
  const label = `seed ${run.seed}`;
  expect(waiting, label).toEqual([]);
  expect(new Map(found), label).toEqual(expected);
  expect(found.length, label).toBe(expected.size);
  expect(stale, label).toEqual([]);
  return report;
}

it('the table results has the rows of the results table, whatever fails, dies, comes twice, late or out of order', async () => {
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    await check({ seed, has_faults: true, old_share: seed % 3 === 0 ? 0.9 : 0.1 });
  }
});

it('each raw object is merged by one statement if nothing fails', async () => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const { reads } = await check({ seed, has_faults: false, old_share: 0 });
    expect(reads.every((count) => count <= 1)).toBe(true);
  }
});
