import { expect, it } from 'vitest';
import { formatHex } from '../../../../dashboard/format/hex.ts';

it('bytes are formatted with offset, hex and ASCII, and a short last line keeps its columns', () => {
  const hex = Buffer.from('{"broken": "é\n", and more').toString('hex');
  expect(formatHex(hex)).toBe(
    [
      '000000  7b 22 62 72 6f 6b 65 6e 22 3a 20 22 c3 a9 0a 22  {"broken": "···"',
      `000010  2c 20 61 6e 64 20 6d 6f 72 65${' '.repeat(18)}  , and more`,
    ].join('\n'),
  );
});

it('no bytes are no line', () => {
  expect(formatHex('')).toBe('');
});
