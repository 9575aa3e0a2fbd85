import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunk } from '../../../lib/chunk.ts';

it('chunks hold all items in their order, all chunks but the last are full, and none is empty', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const chunks = chunk(items, size);
      expect(chunks.flat()).toEqual(items);
      expect(chunks).toHaveLength(Math.ceil(items.length / size));
      for (const full of chunks.slice(0, -1)) expect(full).toHaveLength(size);
    }),
  );
});
