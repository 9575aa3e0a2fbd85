/**
 * Decodes generated Kinesis records and checks the promises of the decoder. The command
 * `npm run fuzz:decoder -- --seed 1 --runs 100000` runs this program.
 */
import { checkDecoder } from './check-decoder.ts';
import { makeDecoderInput } from './decoder-inputs.ts';
import { runFuzz } from './run-fuzz.ts';

const { seed, runs } = await runFuzz({
  makeInput: makeDecoderInput,
  check: async (bytes) => checkDecoder(bytes),
  describe: (bytes) => bytes.toString('base64'),
});
console.log(`${runs} payloads decoded, seed ${seed}`);
