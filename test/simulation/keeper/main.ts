/** Runs the keeper on many seeds: `npm run simulate:keeper -- [seeds] [first seed]`. */
import { isDeepStrictEqual } from 'node:util';
import { simulateKeeper } from './simulate.ts';

const [seeds = 1_000, first = 1] = process.argv.slice(2).map(Number);
let failed = 0;
for (let seed = first; seed < first + seeds; seed += 1) {
  const run = { seed, has_faults: true, old_share: seed % 3 === 0 ? 0.9 : 0.1 };
  const { expected, found, waiting, stale } = await simulateKeeper(run);
  const is_equal = isDeepStrictEqual(new Map(found), expected) && found.length === expected.size;
  if (is_equal && waiting.length === 0 && stale.length === 0) continue;
  failed += 1;
  console.log(JSON.stringify({ seed, is_equal, waiting, stale }));
}
console.log(`${seeds} seeds, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
