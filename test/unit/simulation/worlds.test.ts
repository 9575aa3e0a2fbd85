import { describe, expect, it } from 'vitest';
import { simulate } from '../../simulation/simulate.ts';

/** `npm run simulate` goes on with other seeds every night. */
const SEEDS = Array.from({ length: 3 }, (_, i) => i + 1_000);

describe('in simulated worlds', () => {
  it('The product keeps every promise in simulated worlds, whatever the faults', async () => {
    for (const seed of SEEDS) {
      const { violation } = await simulate({ seed, records: 300 });
      expect(violation, `npm run simulate -- --seed ${seed} --records 300`).toBeUndefined();
    }
  }, 120_000);

  it('The same seed always gives the same simulated execution', async () => {
    const first = await simulate({ seed: 77, records: 150 });
    const again = await simulate({ seed: 77, records: 150 });
    expect(again).toEqual(first);
    expect(first.steps).toBeGreaterThan(500);
  });

  it('A seed gives the same execution in a process that gets its seeds as messages', async () => {
    const options = { seed: 78, records: 30 };
    const direct = await simulate(options);
    // Node.js calls a handler of messages in a callback of nextTick, before all microtasks.
    const by_message = await new Promise((resolve) => {
      process.nextTick(() => resolve(simulate(options)));
    });
    expect(by_message).toEqual(direct);
  });
});
