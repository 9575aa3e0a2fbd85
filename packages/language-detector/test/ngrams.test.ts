import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { eld } from 'eld/small';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tableBytes } from '../scripts/build-table.ts';
import { rankLanguages } from '../src/rank.ts';

const TABLE = 'packages/language-detector/src/languages.bin';
const SAMPLES = readFileSync('samples/records.jsonl', 'utf8').split('\n').flatMap(textOf);

describe('languages are ranked as eld ranks them', () => {
  test.each([
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
    // The last byte that counts is the 480th character, where ours looks for the first time.
    `${'.'.repeat(99)}${'the '.repeat(87)}${'nation'.repeat(5)}al' more`,
    `${'.'.repeat(114)}${'the '.repeat(87)}${'α'.repeat(15)}ηςΣ more`,
    `${'.'.repeat(114)}${'the '.repeat(87)}${'α'.repeat(15)}ηςΣΑΣ more`,
    ...SAMPLES,
  ])('%j', (text) => {
    expect(ours(text)).toEqual(eldOf(text));
  });

  test('of any words of the samples, in any order and length', () => {
    const words = SAMPLES.flatMap((text) => text.split(' '));
    const texts = fc.array(fc.constantFrom(...words), { maxLength: 120 });
    fc.assert(
      fc.property(texts, (some) => {
        const text = some.join(' ');
        expect(ours(text)).toEqual(eldOf(text));
      }),
      { numRuns: 500 },
    );
  });

  test('of long texts, wherever words, apostrophes and bytes end', () => {
    const pieces = fc.array(
      fc.constantFrom('word', 'ΟΔΟΣ', 'é', '漢', "'", '’', ' ', '. ', '7', '😀', 'x'),
      {
        minLength: 100,
        maxLength: 700,
      },
    );
    fc.assert(
      fc.property(pieces, (some) => {
        const text = some.join('');
        expect(ours(text)).toEqual(eldOf(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of any letters at all', () => {
    // eld's list of letters is older than that of the platform: by 20 letters, none of a language of ours.
    const letters = fc
      .string({ unit: 'grapheme', maxLength: 300 })
      .filter(
        (text) =>
          !/[\u088f\u0c5c\u0cdc\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\ua7f1]/.test(
            text,
          ),
      );
    fc.assert(
      fc.property(letters, (text) => {
        expect(ours(text)).toEqual(eldOf(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

test('the table is that of the eld that is installed', async () => {
  const stored = brotliDecompressSync(readFileSync(TABLE));
  expect(stored.equals(await tableBytes()), 'npm run language-table makes it anew').toBe(true);
});

function ours(text: string) {
  const { language, reliable, scores } = rankLanguages(text);
  return { language, reliable, scores: scores() };
}

function eldOf(text: string) {
  const result = eld.detect(text);
  return {
    language: result.language === '' ? undefined : result.language,
    reliable: result.isReliable(),
    scores: Object.entries(result.getScores()),
  };
}

function textOf(line: string): string[] {
  try {
    const { text } = JSON.parse(line) as { text?: unknown };
    return typeof text === 'string' ? [text] : [];
  } catch {
    return [];
  }
}
