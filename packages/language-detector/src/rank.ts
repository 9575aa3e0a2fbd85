import { extractNgrams } from './ngrams.ts';
import { type NgramTable, readTable } from './table.ts';

/** Describes how well the n-grams of a text fit each language. */
export interface Ranking {
  /**
   * ISO 639-1 code of the best language, or undefined if the table contains no n-gram of the text.
   */
  language: string | undefined;
  /**
   * True if the text has enough n-grams and a high score for the best language. The score must be
   * nearly as high as the average score of texts in the language.
   */
  is_reliable: boolean;
  /**
   * Returns every language with a score above 0, with the best language first. Scores lie between 0
   * and 1, but are not probabilities.
   */
  scores(): [language: string, score: number][];
}

/** These three values are the same as in eld. */
const SCORE_SCALE = 25;
const LEAST_NGRAMS = 3;
const LEAST_SHARE_OF_AVERAGE = 0.75;

let table: NgramTable | undefined;

/**
 * Ranks the languages of a text exactly as eld 2.1.0 does with its small table. To rank a text, the
 * function needs a fifth of the time that eld needs. The function also loads faster than eld. The
 * test `test/rank.test.ts` compares the rankings of this function with the rankings of eld.
 */
export function rankLanguages(text: string): Ranking {
  table ??= readTable();
  const { languages, average_scores } = table;
  const { keys, count } = extractNgrams(text);
  const sums = new Int32Array(languages.length);
  for (const key of keys) table.addWeights(key, sums);
  const best = indexOfLargest(sums);
  if (sums[best] === 0) return { language: undefined, is_reliable: false, scores: () => [] };
  const score = (i: number) => {
    const mean = (sums[i] ?? 0) / count;
    return mean / (mean + SCORE_SCALE);
  };
  const least_score = (average_scores[best] ?? 0) * LEAST_SHARE_OF_AVERAGE;
  return {
    language: languages[best],
    is_reliable: count >= LEAST_NGRAMS && score(best) >= least_score,
    scores: () =>
      languages
        .map((language, i): [string, number] => [language, score(i)])
        .filter(([, value]) => value > 0)
        .sort(([, a], [, b]) => b - a),
  };
}

/**
 * Returns the index of the largest value. If several values are the largest, the function returns
 * the first index, as eld does.
 */
function indexOfLargest(values: Int32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}
