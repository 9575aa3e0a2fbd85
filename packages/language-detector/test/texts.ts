import { readFileSync } from 'node:fs';
import type { FAVOURED_LANGUAGES } from '../src/index.ts';

type Language = (typeof FAVOURED_LANGUAGES)[number];

/**
 * 20 short texts in each of twelve languages. The texts are reviews, requests and remarks that were
 * written for this package.
 */
export const LABELLED_TEXTS = JSON.parse(
  readFileSync(new URL('labelled-texts.json', import.meta.url), 'utf8'),
) as Record<Language, string[]>;

/**
 * 246 texts that are hard to tell: of one word, of two to four words, of two languages, and in Latin
 * letters although the language has others. They are listed by kind and by language.
 */
export const SHORT_TEXTS = JSON.parse(
  readFileSync(new URL('short-texts.json', import.meta.url), 'utf8'),
) as Record<'one_word' | 'short' | 'code_mixed' | 'romanised', Record<string, string[]>>;
