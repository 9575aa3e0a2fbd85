import { type Lexicon, loadLexicon } from './lexicon.ts';

/** The positive and negative evidence of a clause. */
export interface Clause {
  positive: number;
  negative: number;
}

const EMOJI: [RegExp, number][] = [
  [/[😀😃😄😁😊😍🥰😘😻😺🎉🎊❤♥💕💖👍👏🙌🏆🙏😂🤩✨🥳]/gu, 2],
  [/[😡😠🤬😤😢😭😞😔😟😩😫👎💔🤮😱]/gu, -2],
  [/(?<=^|\s)[:;]-?[)D](?=\s|$)/g, 2],
  [/(?<=^|\s):'?-?\((?=\s|$)/g, -2],
];
const UNSPACED = new Set(['ja', 'zh']);
const CLAUSE_END = /[.!?;,。、!?,;…\n]+/u;
/** Matches the characters that people type for an apostrophe, between two letters. */
const APOSTROPHE = /(?<=[\p{L}\p{M}])[’‘ʼʹʻˈ′＇`´](?=\p{L})/gu;
/** Matches a word. An apostrophe is a part of the word only if letters surround it. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*/gu;
const NEGATION_WINDOW = 3;
const NEGATED = -0.7;
const INTENSIFIED = 1.4;

/**
 * Collects the positive and negative evidence of each clause in a text. The evidence of all emoji
 * is returned as an additional clause.
 */
export function collectEvidence(text: string, language: string): Clause[] {
  const lexicon = loadLexicon(language);
  const clauses = splitClauses(text, lexicon, language).map((clause) => {
    const valences = UNSPACED.has(language)
      ? readUnspacedValences(clause, lexicon, language)
      : readSpacedValences(clause, lexicon, language);
    return sumValences(valences);
  });
  const emoji = EMOJI.flatMap(([pattern, valence]) =>
    Array.from({ length: Math.min(3, text.match(pattern)?.length ?? 0) }, () => valence),
  );
  return [...clauses, sumValences(emoji)];
}

function sumValences(valences: number[]): Clause {
  let positive = 0;
  let negative = 0;
  for (const valence of valences) {
    if (valence > 0) positive += valence;
    else negative -= valence;
  }
  return { positive, negative };
}

function splitClauses(text: string, { vocabulary }: Lexicon, language: string): string[] {
  const clauses = text.toLowerCase().replace(APOSTROPHE, "'").split(CLAUSE_END);
  return clauses.flatMap((clause) => splitAtContrasts(clause, vocabulary.contrasts, language));
}

function splitAtContrasts(clause: string, contrasts: string[], language: string): string[] {
  const is_spaced = !UNSPACED.has(language) && language !== 'ko';
  const pattern = is_spaced
    ? new RegExp(`(?<![\\p{L}\\p{M}])(?:${contrasts.join('|')})(?![\\p{L}\\p{M}])`, 'u')
    : new RegExp(contrasts.join('|'), 'u');
  return clause.split(pattern);
}

function readSpacedValences(clause: string, lexicon: Lexicon, language: string): number[] {
  const words = clause.match(WORD) ?? [];
  const { negations, intensifiers } = lexicon.vocabulary;
  return words.flatMap((word, i) => {
    const valence = findValence(word, lexicon, language);
    if (valence === 0) return [];
    const before = words.slice(Math.max(0, i - NEGATION_WINDOW), i);
    // In Hindi and Korean, a negation usually follows the word, for example in "अच्छा नहीं" and "좋지
    // 않다".
    const around =
      language === 'hi' || language === 'ko'
        ? [...before.slice(-1), ...words.slice(i + 1, i + 2), word.slice(1)]
        : before;
    const is_negated = around.some((other) => isNegation(other, negations, language));
    const is_intense = before.slice(-1).some((other) => intensifiers.includes(other));
    return [valence * (is_negated ? NEGATED : 1) * (is_intense ? INTENSIFIED : 1)];
  });
}

function isNegation(word: string, negations: string[], language: string): boolean {
  if (language === 'ko')
    return negations.some((negation) => word.startsWith(negation) && word.length <= 4);
  return negations.includes(word) || word.endsWith("n't");
}

const SHORTEST_STEM = 5;
const LONGEST_ENDING = 3;
const ARABIC_PREFIX = /^(?:وال|بال|ال|و|ب)(?=..)/u;

/**
 * Finds the valence of a word in the word list. If the list does not contain the word, the function
 * searches the list for prefixes of the word, starting with the longest prefix. Prefixes are used
 * because inflected words have different endings. English words are not shortened.
 */
function findValence(word: string, { valences }: Lexicon, language: string): number {
  const exact = valences.get(word) ?? valences.get(word.replace(ARABIC_PREFIX, ''));
  if (exact !== undefined) return exact;
  if (language === 'en') return 0;
  const shortest = language === 'ko' ? 1 : Math.max(SHORTEST_STEM, word.length - LONGEST_ENDING);
  for (let end = word.length - 1; end >= shortest; end -= 1) {
    const valence = valences.get(word.slice(0, end));
    if (valence !== undefined) return valence;
  }
  return 0;
}

/**
 * Finds words of the word list in a clause that is written without spaces, and returns their
 * valences. If several words start at the same position, the longest word is used.
 */
function readUnspacedValences(clause: string, lexicon: Lexicon, language: string): number[] {
  const { valences, longest, vocabulary } = lexicon;
  const found: number[] = [];
  for (let start = 0; start < clause.length; ) {
    const word = findLongestWord(clause, start, valences, longest);
    if (word === undefined) {
      start += 1;
      continue;
    }
    const end = start + word.length;
    const near =
      language === 'ja' ? clause.slice(end, end + 5) : clause.slice(Math.max(0, start - 2), start);
    const is_negated = vocabulary.negations.some((negation) => near.includes(negation));
    const before = clause.slice(Math.max(0, start - 4), start);
    const is_intense = vocabulary.intensifiers.some((intensifier) => before.includes(intensifier));
    found.push(valences.get(word)! * (is_negated ? NEGATED : 1) * (is_intense ? INTENSIFIED : 1));
    start = end;
  }
  return found;
}

function findLongestWord(
  clause: string,
  start: number,
  valences: Map<string, number>,
  longest: number,
): string | undefined {
  for (let length = Math.min(longest, clause.length - start); length > 0; length -= 1) {
    const word = clause.slice(start, start + length);
    if (valences.has(word)) return word;
  }
  return undefined;
}
