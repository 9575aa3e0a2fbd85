import { expect, it } from 'vitest';
import { createPrepare } from '../../../../processors/analysis/prepare.ts';
import { isSentimentLanguage } from '../../../../schemas/index.ts';

const detected: string[] = [];
const prepareWith = (change: object = {}) =>
  createPrepare({
    analyzer: { name: 'fake', version: '1', supports: isSentimentLanguage, ...change },
    detect_language: (text) => {
      detected.push(text);
      return 'de';
    },
    default_language: 'en',
  });
const prepare = prepareWith();
const fingerprintOf = (text: string, language = 'en', made = prepare) =>
  (made({ text, language }) as { fingerprint?: string }).fingerprint;

it('texts that differ in white space alone share a verdict, and others do not', () => {
  expect(fingerprintOf(' so  good\n')).toBe(fingerprintOf('so good'));
  const distinct = ['so good', 'So good', 'SO GOOD', 'so good!', 'sogood'];
  expect(new Set(distinct.map((text) => fingerprintOf(text))).size).toBe(distinct.length);
});

it('languages, analyzers and their versions never share a verdict', () => {
  const distinct = [
    fingerprintOf('ok'),
    fingerprintOf('ok', 'fr'),
    fingerprintOf('ok', 'en', prepareWith({ name: 'other' })),
    fingerprintOf('ok', 'en', prepareWith({ version: '2' })),
  ];
  expect(new Set(distinct).size).toBe(4);
});

it('the language is detected in the normalised text, which is also what is analysed', () => {
  detected.length = 0;
  expect(prepare({ text: '  sehr\n\n gut ', language: 'auto' })).toMatchObject({
    status: 'ready',
    text: 'sehr gut',
    language_code: 'de',
    language_source: 'detected',
  });
  expect(detected).toEqual(['sehr gut']);
});

it('a text of white space is empty whatever its language, and no language is detected in it', () => {
  detected.length = 0;
  for (const language of ['auto', 'nl', 'en']) {
    expect(prepare({ text: ' \t\n', language })).toEqual({ status: 'empty' });
  }
  expect(detected).toEqual([]);
});

it.each([
  ['zero-width characters', '\u200b\u200c\u200d\ufeff'],
  ['direction marks', '\u200e\u200f\u202a\u202c'],
  ['NUL and control characters', '\u0000\u0007\u007f'],
  ['no-break spaces', '\u00a0\u3000 '],
  ['Hangul fillers', '\u3164\u115f\uffa0'],
  ['variation selectors', '\ufe0f\u{e0100}'],
  ['blank Braille', '\u2800'],
  ['tags and soft hyphens', '\u{e0041}\u00ad\u034f'],
  ['marks without a letter', '\u0301\u20e3'],
])('a text of nothing but %s is empty, and is not billed', (_, text) => {
  expect(prepare({ text, language: 'auto' })).toEqual({ status: 'empty' });
  expect(prepare({ text: ` ${text}\n${text}`, language: 'en' })).toEqual({ status: 'empty' });
});

it.each(['👍', '.', '5', '؟', '好', 'क्', '\ufffd', '👨\u200d👩', 'a\u200b'])(
  'the text %j has something to see, and is analysed as it is',
  (text) => {
    expect(prepare({ text, language: 'en' })).toMatchObject({ status: 'ready', text });
  },
);

it('a text in an unsupported language keeps the code and says whether the producer gave it', () => {
  expect(prepare({ text: 'goed', language: 'nl' })).toEqual({
    status: 'unsupported_language',
    language_code: 'nl',
    language_source: 'given',
  });
});
