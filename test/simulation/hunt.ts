import { huntMutant } from './mutant.ts';
import { CAUGHT_WITHIN, MUTATIONS } from './mutations.ts';

/**
 * Searches all seeds for each mutation, and prints the first seed that finds the mutation. Fails if
 * a mutation is not found. Arguments are parts of names: the search then leaves out all other
 * mutations. With `--noted` the search starts with the noted seed.
 */
const args = process.argv.slice(2);
const parts = args.filter((arg) => arg !== '--noted');
const starts_with_noted = args.includes('--noted');
const all = Array.from({ length: CAUGHT_WITHIN.seeds }, (_, i) => i + 1);
for (const [number, mutation] of MUTATIONS.entries()) {
  if (parts.length > 0 && !parts.some((part) => mutation.name.includes(part))) continue;
  const seeds = starts_with_noted ? [mutation.seed, ...all] : all;
  const report = await huntMutant(mutation, number, seeds);
  const found = report === undefined ? 'NOT FOUND' : `seed ${report.seed}`;
  const advice = report?.seed === mutation.seed ? '' : `, noted is ${mutation.seed}`;
  console.log(`${found}${advice}: ${mutation.name}`);
  if (report === undefined) process.exitCode = 1;
}
