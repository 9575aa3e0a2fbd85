import { expect, it } from 'vitest';
import { huntMutant } from '../simulation/mutant.ts';
import { MUTATIONS } from '../simulation/mutations.ts';

for (const [number, mutation] of MUTATIONS.entries()) {
  it(`the simulation finds that ${mutation.name}`, async () => {
    expect(await huntMutant(mutation, number), mutation.name).toBeDefined();
  }, 120_000);
}
