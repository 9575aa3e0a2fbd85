import { createRequire } from 'node:module';
import { VOCABULARIES, type Vocabulary } from './vocabulary.ts';

/**
 * The valences of words, and the length of the longest word in characters. A valence is a number
 * from -5 to 5. The length limits the search in languages that are written without spaces.
 */
export interface Lexicon {
  valences: Map<string, number>;
  longest: number;
  vocabulary: Vocabulary;
}

const require = createRequire(import.meta.url);
const lexicons = new Map<string, Lexicon>();

/**
 * Loads the word list AFINN-165 for a language. The word list has the MIT licence and was
 * machine-translated by its authors. VOCABULARIES adds and replaces words.
 */
export function loadLexicon(language: string): Lexicon {
  const known = lexicons.get(language);
  if (known !== undefined) return known;
  const list = require(`afinn-165-multilingual/build/AFINN-${language}.json`) as Record<
    string,
    number | null
  >;
  const vocabulary = VOCABULARIES[language];
  if (vocabulary === undefined) throw new RangeError(`No vocabulary for the language ${language}`);
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

/**
 * Returns whether a word of the list can be used. Phrases, single characters and untranslated
 * English words cannot be used.
 */
function isUsable(word: string, language: string): boolean {
  if (/\s/.test(word)) return false;
  if (language === 'ja' || language === 'zh' || language === 'ko') {
    return word.length > 1 && !/[a-z]/i.test(word);
  }
  return word.length > 1;
}
