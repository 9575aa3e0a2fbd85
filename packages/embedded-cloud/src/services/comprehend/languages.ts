import { eld } from 'eld/small';

/** The languages a text may be in, likeliest first. eld's scores are shares of what it recognised, no probabilities. */
export function dominantLanguages(text: string): { LanguageCode: string; Score: number }[] {
  const scores = Object.entries(eld.detect(text).getScores());
  if (scores.length === 0) return [{ LanguageCode: 'en', Score: 0.1 }];
  const total = scores.reduce((sum, [, score]) => sum + score ** 8, 0);
  return scores
    .map(([LanguageCode, score]) => ({ LanguageCode, Score: score ** 8 / total }))
    .filter(({ Score }) => Score > 0.05)
    .sort((a, b) => b.Score - a.Score);
}
