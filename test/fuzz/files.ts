/**
 * Reads generated files and checks the promises of the readers. The command
 * `npm run fuzz:files -- --seed 1 --runs 100000` runs this program.
 */
import { checkFile } from './check-files.ts';
import { makeFileInput } from './file-inputs.ts';
import { runFuzz } from './run-fuzz.ts';

let readable = 0;
let rows = 0;
const { seed, runs } = await runFuzz({
  makeInput: (random) => ({ file: makeFileInput(random), chunk: 1 + random.int(40) }),
  async check({ file, chunk }) {
    const count = await checkFile(file, chunk);
    if (count !== undefined) readable += 1;
    rows += count ?? 0;
  },
  describe({ file: { name, bytes, options }, chunk }) {
    return JSON.stringify({ name, options, chunk, bytes: bytes.toString('base64') });
  },
});
console.log(`${runs} files, ${readable} readable with ${rows} rows, seed ${seed}`);
