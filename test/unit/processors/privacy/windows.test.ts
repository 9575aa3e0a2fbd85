import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutWindows } from '../../../../processors/privacy/windows.ts';

it('A text within the limit is one window', () => {
  expect(cutWindows('añb', 4)).toEqual([{ text: 'añb', start: 0 }]);
});

it('Windows fit the limit, cover the whole text, overlap, and cut no character in half', () => {
  const character = fc.constantFrom('a', 'é', '漢', '😀');
  const anyText = fc.string({ unit: character, minLength: 900, maxLength: 3_000 });
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1_800, max: 4_000 }), (text, max_bytes) => {
      const windows = cutWindows(text, max_bytes);
      let end = 0;
      for (const window of windows) {
        expect(Buffer.byteLength(window.text)).toBeLessThanOrEqual(max_bytes);
        expect(text.startsWith(window.text, window.start)).toBe(true);
        expect(window.text).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
        expect(window.start).toBeLessThanOrEqual(Math.max(0, end - 499));
        end = window.start + window.text.length;
      }
      expect(end).toBe(text.length);
    }),
    { numRuns: 40 },
  );
});
