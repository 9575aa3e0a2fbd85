import { huntMutant } from './mutant.ts';
import { CAUGHT_WITHIN, MUTATIONS } from './mutations.ts';

/**
 * Searches all seeds for each mutation, and prints the first seed that finds the mutation. Fails if
 * a mutation is not found. Arguments are parts of names: the search then leaves out all other
 * mutations.
 */
const parts = process.argv.slice(2);
const seeds = Array.from({ length: CAUGHT_WITHIN.seeds }, (_, i) => i + 1);
for (const [number, mutation] of MUTATIONS.entries()) {
  if (parts.length > 0 && !parts.some((part) => mutation.name.includes(part))) continue;
  const report = await huntMutant(mutation, number, seeds);
  const found = report === undefined ? 'NOT FOUND' : `seed ${report.seed}`;
  console.log(`${found}: ${mutation.name}`);
  if (report === undefined) process.exitCode = 1;
}
