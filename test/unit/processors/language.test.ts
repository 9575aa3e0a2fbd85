import { expect, it } from 'vitest';
import { createLanguageResolver } from '../../../processors/language.ts';

it('a given language is used as it is; a detected or default language is marked as detected', () => {
  const resolve = createLanguageResolver({
    detect_language: (text) => (text === 'Hallo' ? 'de' : undefined),
    default_language: 'fr',
  });
  expect(resolve('es', 'Hallo')).toEqual({ language_code: 'es', language_source: 'given' });
  expect(resolve('auto', 'Hallo')).toEqual({ language_code: 'de', language_source: 'detected' });
  expect(resolve('auto', 'ok')).toEqual({ language_code: 'fr', language_source: 'detected' });
});
