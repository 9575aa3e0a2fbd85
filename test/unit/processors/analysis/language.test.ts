import { expect, it } from 'vitest';
import {
  canonicalLanguage,
  createLanguageResolver,
} from '../../../../processors/analysis/language.ts';
import { isSentimentLanguage } from '../../../../schemas/index.ts';

it.each([
  ['en', 'en'],
  ['en-US', 'en'],
  ['pt-BR', 'pt'],
  ['EN-gb', 'en'],
  ['zh', 'zh'],
  ['zh-CN', 'zh'],
  ['zh-SG', 'zh'],
  ['zh-Hans', 'zh'],
  ['zh-Hans-HK', 'zh'],
  ['zh-Hant', 'zh-TW'],
  ['zh-Hant-HK', 'zh-TW'],
  ['zh-TW', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-MO', 'zh-TW'],
  ['nl', 'nl'],
  ['nl-BE', 'nl-BE'],
  ['fil', 'fil'],
])('a record with the language %s is analysed as %s', (given, canonical) => {
  expect(canonicalLanguage(given, isSentimentLanguage)).toBe(canonical);
});

it('a given language is used under the code of the analyzer; a detected or default language is marked as detected', () => {
  const resolve = createLanguageResolver({
    detect_language: (text) => (text === 'Hallo' ? 'de' : undefined),
    default_language: 'fr',
    supports: isSentimentLanguage,
  });
  expect(resolve('es', 'Hallo')).toEqual({ language_code: 'es', language_source: 'given' });
  expect(resolve('en-US', 'Hallo')).toEqual({ language_code: 'en', language_source: 'given' });
  expect(resolve('auto', 'Hallo')).toEqual({ language_code: 'de', language_source: 'detected' });
  expect(resolve('auto', 'ok')).toEqual({ language_code: 'fr', language_source: 'detected' });
});
