import { expect, it } from 'vitest';
import { checkDecoder } from '../../../fuzz/check-decoder.ts';
import { makeDecoderInput } from '../../../fuzz/decoder-inputs.ts';
import { createRandom } from '../../../support/random.ts';

it('2,000 generated payloads, half of them damaged, decode to records or set-asides that restore to the same', () => {
  const random = createRandom(711);
  for (let run = 0; run < 2_000; run += 1) {
    const input = makeDecoderInput(random);
    expect(() => checkDecoder(input)).not.toThrow();
  }
});
