import { parseArgs } from 'node:util';
import { simulateCounts } from './simulate.ts';

/** Compares the counts with a recount of the table, for many seeds. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3000' },
    first: { type: 'string', default: '1' },
    changes: { type: 'string', default: '100' },
  },
});
const first = Number(values.first);
const total = { compared: 0, wrong: 0, faults: {} as Record<string, number> };
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const { wrong, compared, faults } = await simulateCounts(seed, Number(values.changes));
  total.compared += compared;
  total.wrong += wrong.length;
  for (const [name, times] of Object.entries(faults)) {
    total.faults[name] = (total.faults[name] ?? 0) + times;
  }
  if (wrong.length > 0) console.error(`seed ${seed}: ${wrong.slice(0, 3).join('; ')}`);
}
console.log(JSON.stringify(total, null, 2));
if (total.wrong > 0) process.exitCode = 1;
