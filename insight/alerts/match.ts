import type { AlertedRow, AlertFilter, Result } from '../../schemas/index.ts';

type FilteredRow = Omit<AlertedRow, 'tenant' | 'record_id' | 'revision' | 'content_hash'>;

/**
 * Returns whether a record matches a filter. Only a record with a verdict matches: a withdrawn record has
 * none. A record without a stored text has no words.
 */
export function matchesFilter(filter: AlertFilter, row: FilteredRow): boolean {
  const { sentiments, sources, languages, least_score = 0, least_confidence = 0 } = filter;
  return (
    row.status === 'analyzed' &&
    isOneOf(sentiments, row.sentiment) &&
    isOneOf(sources, row.source) &&
    isOneOf(languages, row.language_code) &&
    (row.score ?? 0) >= least_score &&
    (row.confidence ?? 0) >= least_confidence &&
    hasAttributes(filter.attributes, row.attributes) &&
    hasWord(filter.words, row.text)
  );
}

function isOneOf<Value>(values: Value[] | undefined, value: Value | undefined): boolean {
  return values === undefined || (value !== undefined && values.includes(value));
}

function hasAttributes(
  wanted: AlertFilter['attributes'],
  attributes: Result['attributes'],
): boolean {
  return Object.entries(wanted ?? {}).every(([name, values]) =>
    isOneOf(values, attributes?.[name]),
  );
}

const WORD_CHARACTER = /[\p{L}\p{M}\p{N}]/u;
/**
 * Scripts without spaces between words. In these, a word may begin and end anywhere.
 * Source: https://www.unicode.org/reports/tr29/#Word_Boundaries
 */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Searches whole words: `art` is not in `start`. Words of Chinese, Japanese and Thai can be anywhere. */
function hasWord(words: string[] | undefined, text: string | undefined): boolean {
  if (words === undefined) return true;
  if (text === undefined) return false;
  const folded = fold(text);
  return words.some((word) => isWordIn(fold(word), folded));
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function isWordIn(word: string, text: string): boolean {
  if (UNSPACED.test(word)) return text.includes(word);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = lastCharacter(text.slice(Math.max(0, at - 2), at));
    const after = String.fromCodePoint(text.codePointAt(at + word.length) ?? 32);
    if (!isPartOfWord(before) && !isPartOfWord(after)) return true;
  }
  return false;
}

function lastCharacter(text: string): string {
  return [...text].at(-1) ?? ' ';
}

function isPartOfWord(character: string): boolean {
  return WORD_CHARACTER.test(character) && !UNSPACED.test(character);
}
