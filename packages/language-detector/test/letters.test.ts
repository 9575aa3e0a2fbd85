import { expect, it } from 'vitest';
import { countLetters } from '../src/letters.ts';

it('countLetters counts the letters of each script and ignores digits, signs and emoji', () => {
  expect(countLetters('Café 東京 です 좋아 جيد हिंदी Привет 42 👍!')).toEqual({
    all: 21,
    latin: 4,
    han: 2,
    kana: 2,
    hangul: 2,
    arabic: 3,
    devanagari: 2,
    other: 6,
  });
});
