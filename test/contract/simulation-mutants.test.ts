import { expect, it } from 'vitest';
import { huntMutant } from '../simulation/mutant.ts';
import { MUTATIONS } from '../simulation/mutations.ts';

// Each world is the first one that has found the bug. `npm run simulate:mutants` searches all seeds.
for (const [number, mutation] of MUTATIONS.entries()) {
  it(`the simulation finds that ${mutation.name}`, async () => {
    expect(await huntMutant(mutation, number, [mutation.seed]), mutation.name).toBeDefined();
  }, 120_000);
}
