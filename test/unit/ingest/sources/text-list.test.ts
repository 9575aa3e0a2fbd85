import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextList } from '../../../../ingest/sources/workbook/text-list.ts';

it('a list of texts returns each text by its index, whatever its length and letters', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.nat(700_000).map((length) => 'é'.repeat(length)),
  );
  const property = fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
    const list = new TextList();
    for (const one of texts) list.push(one);
    expect(texts.map((_, i) => list.at(i))).toEqual(texts);
    expect(list.at(texts.length)).toBeUndefined();
    expect(list.at(-1)).toBeUndefined();
    expect(list.bytes).toBe(Buffer.byteLength(texts.join('')));
  });
  fc.assert(property, { numRuns: 50 });
});
