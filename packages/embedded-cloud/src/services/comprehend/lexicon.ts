import { createRequire } from 'node:module';
import { VOCABULARIES, type Vocabulary } from './vocabulary.ts';

/** Valences from -5 to 5 by word, and the longest word: how far ahead to look where words are not spaced. */
export interface Lexicon {
  valences: Map<string, number>;
  longest: number;
  vocabulary: Vocabulary;
}

const require = createRequire(import.meta.url);
const lexicons = new Map<string, Lexicon>();

/** The word list of AFINN-165 in a language (MIT), machine-translated by its authors, with our vocabulary over it. */
export function lexiconOf(language: string): Lexicon {
  const known = lexicons.get(language);
  if (known !== undefined) return known;
  const list = require(`afinn-165-multilingual/build/AFINN-${language}.json`) as Record<
    string,
    number | null
  >;
  const vocabulary = VOCABULARIES[language]!;
  const valences = new Map<string, number>();
  for (const [word, valence] of Object.entries(list)) {
    if (valence !== null && isUsable(word, language)) valences.set(word.toLowerCase(), valence);
  }
  for (const [word, valence] of Object.entries(vocabulary.polarity)) valences.set(word, valence);
  const longest = Math.max(...[...valences.keys()].map((word) => word.length));
  const lexicon = { valences, longest, vocabulary };
  lexicons.set(language, lexicon);
  return lexicon;
}

/** Entries that the translation left in English, phrases, and single characters say little in these languages. */
function isUsable(word: string, language: string): boolean {
  if (/\s/.test(word)) return false;
  if (language === 'ja' || language === 'zh' || language === 'ko') {
    return word.length > 1 && !/[a-z]/i.test(word);
  }
  return word.length > 1;
}
