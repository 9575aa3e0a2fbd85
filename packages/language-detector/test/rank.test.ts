import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { eld } from 'eld/small';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildTable } from '../scripts/build-table.ts';
import { rankLanguages } from '../src/rank.ts';
import { LABELLED_TEXTS } from './texts.ts';

const TEXTS = Object.values(LABELLED_TEXTS).flat();
/**
 * Matches 20 letters of newer Unicode versions. The library eld does not know these letters, and no
 * language of the table uses these letters.
 */
const NEWER_LETTERS =
  /[\u088f\u0c5c\u0cdc\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\ua7f1]/;

it.each([
  '',
  'ok',
  'a',
  'abc',
  'abcd',
  "don’t won't `x` ''",
  'x'.repeat(75),
  `${'x'.repeat(75)} `.repeat(2),
  'é'.repeat(40),
  '漢字'.repeat(200),
  "İstanbul'da ŞARKI",
  'straße 😀 GROß',
  '𐐀𐐁 deseret word',
  'half an emoji \ud83d here',
  // In the next three texts, the last byte that the ranking uses belongs to the 480th character.
  // The first pass of `extractNgrams` stops at the 480th character.
  `${'.'.repeat(99)}${'the '.repeat(87)}${'nation'.repeat(5)}al' more`,
  `${'.'.repeat(114)}${'the '.repeat(87)}${'α'.repeat(15)}ηςΣ more`,
  `${'.'.repeat(114)}${'the '.repeat(87)}${'α'.repeat(15)}ηςΣΑΣ more`,
  ...TEXTS,
])('rankLanguages ranks %j as eld does', (text) => {
  expect(rank(text)).toEqual(rankWithEld(text));
});

it('rankLanguages ranks any words of the labelled texts, in any order and number, as eld does', () => {
  const words = fc.constantFrom(...TEXTS.flatMap((text) => text.split(' ')));
  expectSameRanking(fc.array(words, { maxLength: 120 }), ' ', 500);
});

it('rankLanguages ranks long texts as eld does, wherever words, apostrophes and bytes end', () => {
  const pieces = fc.constantFrom(
    ...['word', 'ΟΔΟΣ', 'é', '漢', "'", '’', ' ', '. ', '7', '😀', 'x'],
  );
  expectSameRanking(fc.array(pieces, { minLength: 100, maxLength: 700 }), '', 2_000);
});

it('rankLanguages ranks texts of any letters as eld does', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 300 })
    .filter((letters) => !NEWER_LETTERS.test(letters));
  expectSameRanking(fc.tuple(text), '', 3_000);
});

it('languages.bin is the table that build-table.ts makes from the installed eld', async () => {
  const file = new URL('../src/languages.bin', import.meta.url);
  const stored = brotliDecompressSync(readFileSync(file));
  expect(stored.equals(await buildTable()), 'Run `npm run language-table`.').toBe(true);
});

function expectSameRanking(pieces: fc.Arbitrary<string[]>, separator: string, runs: number) {
  fc.assert(
    fc.property(pieces, (some) => {
      const text = some.join(separator);
      expect(rank(text)).toEqual(rankWithEld(text));
    }),
    { numRuns: runs },
  );
}

function rank(text: string) {
  const { scores, ...ranking } = rankLanguages(text);
  return { ...ranking, scores: scores() };
}

function rankWithEld(text: string) {
  const result = eld.detect(text);
  return {
    language: result.language === '' ? undefined : result.language,
    is_reliable: result.isReliable(),
    scores: Object.entries(result.getScores()),
  };
}
