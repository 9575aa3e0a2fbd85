/**
 * Decodes generated Kinesis records and checks the promises of the decoder. The command
 * `npm run fuzz:decoder -- --seed 1 --runs 100000` runs this program.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../support/random.ts';
import { checkDecoder } from './check-decoder.ts';
import { makeDecoderInput } from './decoder-inputs.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100000' },
  },
});
const random = createRandom(Number(values.seed));
const runs = Number(values.runs);
for (let run = 0; run < runs; run += 1) {
  const bytes = makeDecoderInput(random);
  try {
    checkDecoder(bytes);
  } catch (error) {
    console.error(`run ${run} of seed ${values.seed}: ${bytes.toString('base64')}`);
    throw error;
  }
}
console.log(`${runs} payloads decoded, seed ${values.seed}`);
