import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold, unfoldSpan } from '../../../../processors/privacy/fold.ts';

it('Folding turns digits of every script, wide letters, dashes and spaces into ASCII', () => {
  expect(fold('٠١٢۳४５').text).toBe('012345');
  expect(fold('𝟎𝟙𝟸').text).toBe('012');
  expect(fold('ａ＠ｂ．ｃｏｍ').text).toBe('a@b.com');
  expect(fold('1–2—3\u22124\u00a05').text).toBe('1-2-3-4 5');
});

it('Folding removes characters without a width', () => {
  expect(fold('an\u200bn@exam\u00adple.com\u200f').text).toBe('ann@example.com');
});

it('Folding leaves other text alone and then keeps no places', () => {
  expect(fold('plain text, 12')).toEqual({ text: 'plain text, 12', origins: undefined });
  expect(fold('Größe 東京 😀').origins).toBeUndefined();
});

it('A span of the folded text leads back to the same characters of the text', () => {
  const text = '😀 ＡＢ\u200bＣ 𝟏𝟐 😀';
  const folded = fold(text);
  const find = (part: string) => {
    const start = folded.text.indexOf(part);
    const span = unfoldSpan(folded, text, { start, end: start + part.length });
    return text.slice(span.start, span.end);
  };
  expect(find('ABC')).toBe('ＡＢ\u200bＣ');
  expect(find('12')).toBe('𝟏𝟐');
  expect(find('😀')).toBe('😀');
});

it('Every span of any folded text lies within the text and never cuts a character in half', () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom('１', '\u200b', '𝟙', '😀', '٣'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(anyText, fc.nat(), fc.nat(), (text, a, b) => {
      const folded = fold(text);
      if (folded.text === '') return;
      const start = a % folded.text.length;
      const end = start + 1 + (b % (folded.text.length - start));
      const span = unfoldSpan(folded, text, { start, end });
      expect(span.start).toBeLessThan(span.end);
      expect(span.end).toBeLessThanOrEqual(text.length);
      const is_split = /^[\udc00-\udfff]/.test(folded.text.slice(start));
      if (!is_split)
        expect(
          /^[\udc00-\udfff]/u.test(text.slice(span.start)) &&
            /[\ud800-\udbff]$/.test(text.slice(0, span.start)),
        ).toBe(false);
    }),
  );
});
