import type { Candidate, Detector, Scan } from '../scan.ts';
import { ADDRESS_PATTERNS } from './address-patterns.ts';

const KNOWN = new Set(ADDRESS_PATTERNS.flatMap(({ languages }) => languages));

/**
 * Finds postal addresses by words for streets and the number of a house. This is a best effort: an
 * address without such a word is not found. In a text of another language, all patterns are tried.
 */
export const address: Detector = {
  name: 'address',
  mayFind: ({ has_digit }) => has_digit,
  *find({ text, language_code, checkTime }: Scan): Generator<Candidate> {
    const is_known = KNOWN.has(language_code);
    for (const { languages, pattern } of ADDRESS_PATTERNS) {
      if (is_known && !languages.includes(language_code)) continue;
      for (const { index: start, 0: value } of text.matchAll(pattern)) {
        checkTime();
        yield { type: 'ADDRESS', start, end: start + value.length, score: 0.6 };
      }
    }
  },
};
