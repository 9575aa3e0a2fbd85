import { eld } from 'eld/small';

/**
 * Detects the likely languages of a text, with the most likely language first. The scores of the
 * package `eld` are rescaled, because the scores are not probabilities.
 */
export function detectDominantLanguages(text: string): { LanguageCode: string; Score: number }[] {
  const scores = Object.entries(eld.detect(text).getScores());
  if (scores.length === 0) return [{ LanguageCode: 'en', Score: 0.1 }];
  const total = scores.reduce((sum, [, score]) => sum + score ** 8, 0);
  return scores
    .map(([LanguageCode, score]) => ({ LanguageCode, Score: score ** 8 / total }))
    .filter(({ Score }) => Score > 0.05)
    .sort((a, b) => b.Score - a.Score);
}
