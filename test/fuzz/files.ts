/**
 * Reads generated files and checks the promises of the readers. The command
 * `npm run fuzz:files -- --seed 1 --runs 100000` runs this program.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../support/random.ts';
import { checkFile } from './check-files.ts';
import { makeFileInput } from './file-inputs.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100000' },
  },
});
const random = createRandom(Number(values.seed));
const runs = Number(values.runs);
let readable = 0;
let rows = 0;
for (let run = 0; run < runs; run += 1) {
  const input = makeFileInput(random);
  const chunk = 1 + random.int(40);
  try {
    const count = await checkFile(input, chunk);
    if (count !== undefined) readable += 1;
    rows += count ?? 0;
  } catch (error) {
    const { name, bytes, options } = input;
    const facts = JSON.stringify({ name, options, chunk, bytes: bytes.toString('base64') });
    console.error(`run ${run} of seed ${values.seed}: ${facts}`);
    throw error;
  }
}
console.log(`${runs} files, ${readable} readable with ${rows} rows, seed ${values.seed}`);
