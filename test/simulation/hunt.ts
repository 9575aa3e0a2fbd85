import { huntMutant } from './mutant.ts';
import { CAUGHT_WITHIN, MUTATIONS } from './mutations.ts';

/**
 * Searches all seeds for each mutation, and prints the first seed that finds the mutation. Fails if
 * a mutation is not found.
 */
const seeds = Array.from({ length: CAUGHT_WITHIN.seeds }, (_, i) => i + 1);
for (const [number, mutation] of MUTATIONS.entries()) {
  const report = await huntMutant(mutation, number, seeds);
  const found = report === undefined ? 'NOT FOUND' : `seed ${report.seed}`;
  console.log(`${found}: ${mutation.name}`);
  if (report === undefined) process.exitCode = 1;
}
