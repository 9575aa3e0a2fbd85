import fc from 'fast-check';
import { expect, it } from 'vitest';
import { billedUnits } from '../../../budgets/units.ts';
import { split } from '../../../processors/analysis/split.ts';

const unitsOfPart = (part: string) => Math.max(3, Math.ceil([...part].length / 100));

it.each([
  ['', 3],
  ['short', 3],
  ['x'.repeat(300), 3],
  ['x'.repeat(301), 4],
  ['€'.repeat(400), 4],
  ['😀'.repeat(400), 4],
])(
  'a text of up to 5,000 bytes is billed by its characters, at least three units (%#)',
  (text, units) => {
    expect(billedUnits(text, 5_000)).toBe(units);
  },
);

it('the units of a text that is cut into parts are an upper bound, at most two per part too high', () => {
  const text = fc
    .array(fc.constantFrom('Good day. ', 'naïve ', '値段が高い。', '😀', 'x'.repeat(90)), {
      minLength: 1,
      maxLength: 120,
    })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 400, max: 2_000 }), (long, max_document_bytes) => {
      const parts = split(long, max_document_bytes, 'en');
      const billed = parts.reduce((sum, part) => sum + unitsOfPart(part), 0);
      const units = billedUnits(long, max_document_bytes);
      expect(units).toBeGreaterThanOrEqual(billed);
      expect(units).toBeLessThanOrEqual(billed + 2 * parts.length);
    }),
    { numRuns: 300 },
  );
});
