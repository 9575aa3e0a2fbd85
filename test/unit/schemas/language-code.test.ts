import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createAnalyzeSchemas,
  languageCode,
  readLanguage,
  recordSchema,
  SENTIMENT_LANGUAGES,
} from '../../../schemas/index.ts';

it.each([
  ['en', 'en'],
  ['EN', 'en'],
  ['en-US', 'en'],
  ['en_US', 'en'],
  ['EN-gb', 'en'],
  [' en ', 'en'],
  ['en-US-u-ca-gregory', 'en'],
  ['de_DE.UTF-8@euro', 'de'],
  ['pt-BR', 'pt'],
  ['es-419', 'es'],
  ['eng', 'en'],
  ['fre', 'fr'],
  ['fra-CA', 'fr'],
  ['ger', 'de'],
  ['deu', 'de'],
  ['ara', 'ar'],
  ['arz', 'ar'],
  ['arb', 'ar'],
  ['zh', 'zh'],
  ['zho', 'zh'],
  ['chi', 'zh'],
  ['cmn', 'zh'],
  ['zh-CN', 'zh'],
  ['zh-SG', 'zh'],
  ['zh-Hans', 'zh'],
  ['zh-Hans-HK', 'zh'],
  ['zh-Hans-CN', 'zh'],
  ['zh-CHS', 'zh'],
  ['zh-Hant', 'zh-TW'],
  ['zh-hant', 'zh-TW'],
  ['zh-Hant-HK', 'zh-TW'],
  ['zh-TW', 'zh-TW'],
  ['zh_TW', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-MO', 'zh-TW'],
  ['zh-CHT', 'zh-TW'],
  ['cmn-Hant', 'zh-TW'],
  ['zh-yue', 'zh-TW'],
  ['nl', 'nl'],
  ['nl-BE', 'nl'],
  ['iw', 'he'],
  ['fil', 'tl'],
  ['ceb', 'ceb'],
  ['und', 'auto'],
  ['und-Latn', 'auto'],
  ['mul', 'auto'],
  ['zxx', 'auto'],
  ['AUTO', 'auto'],
])('a record with the language %s is analysed as %s', (given, canonical) => {
  expect(readLanguage(given)).toBe(canonical);
});

it.each([
  'English',
  'xx',
  'xyz',
  'roa',
  'qaa',
  'C',
  'POSIX',
  '',
  '-',
  'N/A',
  'null',
  'e',
  '日本語',
])('%j is not the code of a language', (given) => {
  expect(readLanguage(given)).toBeUndefined();
});

it('any string is read as a canonical code, as auto or not at all, and reading the result changes nothing', () => {
  const part = fc.string({ unit: fc.constantFrom(...'abcdefhinstuwzHT419'), maxLength: 5 });
  const tags = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.array(part, { maxLength: 4 }), fc.constantFrom('-', '_'))
      .map(([parts, mark]) => parts.join(mark)),
  );
  fc.assert(
    fc.property(tags, (given) => {
      const language = readLanguage(given);
      if (language === undefined) return;
      expect(language === 'auto' || languageCode.safeParse(language).success).toBe(true);
      expect(readLanguage(language)).toBe(language);
      expect(readLanguage(given.toUpperCase())).toBe(language);
    }),
    { numRuns: 400 },
  );
});

it('the stream and the API read each language code alike', () => {
  const { sync } = createAnalyzeSchemas(SENTIMENT_LANGUAGES);
  for (const given of ['en-US', 'pt-BR', 'zh-CN', 'EN', 'zh_TW', 'eng', 'und', 'es-419']) {
    const { options } = sync.parse({ text: 'x', options: { language_code: given } });
    const { language } = recordSchema.parse({ text: 'x', source: 's', language: given });
    expect([given, options.language_code]).toEqual([given, language]);
  }
});

it('the API detects the language of a text whose code is unknown, and refuses a language that the analyzer lacks', () => {
  const { sync } = createAnalyzeSchemas(SENTIMENT_LANGUAGES);
  const body = (language_code: string) => ({ text: 'x', options: { language_code } });
  expect(sync.parse(body('English')).options.language_code).toBe('auto');
  const { error } = sync.safeParse(body('nl-BE'));
  expect(error?.issues[0]?.message).toMatch(/^must be auto or one of en, es/);
});
