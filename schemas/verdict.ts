import * as z from 'zod';

/**
 * Every sentiment that a text can have.
 *
 * @example
 * import { SENTIMENTS } from 'aurastream/schemas';
 *
 * const counts = new Map(SENTIMENTS.map((sentiment) => [sentiment, 0]));
 * console.log(counts.size);
 */
export const SENTIMENTS = ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'] as const;
export const sentiment = z.enum(SENTIMENTS);

/**
 * One of {@link SENTIMENTS}.
 *
 * @useDeclaredType
 *
 * @example
 * import type { Sentiment } from 'aurastream/schemas';
 *
 * const COLOURS: Record<Sentiment, string> = {
 *   POSITIVE: 'green',
 *   NEGATIVE: 'red',
 *   NEUTRAL: 'grey',
 *   MIXED: 'yellow',
 * };
 * console.log(COLOURS.MIXED);
 */
export type Sentiment = z.infer<typeof sentiment>;

const probability = z.number().min(0).max(1);

/** The four probabilities; they sum to 1 as far as single precision goes. */
export const scoresSchema = z.object({
  positive: probability,
  negative: probability,
  neutral: probability,
  mixed: probability,
});
export type Scores = z.infer<typeof scoresSchema>;

/** What an analyzer says of one text. `chunks`: into how many documents the text had to be split. */
export const verdictSchema = z.object({
  sentiment,
  scores: scoresSchema,
  chunks: z.int().min(1),
});
export type Verdict = z.infer<typeof verdictSchema>;

const SCORE_OF: Record<Sentiment, keyof Scores> = {
  POSITIVE: 'positive',
  NEGATIVE: 'negative',
  NEUTRAL: 'neutral',
  MIXED: 'mixed',
};

const SCORE_NAMES = Object.values(SCORE_OF);

/** `score`: the probability of the returned sentiment. `confidence`: its margin over the runner-up, 0 to 1. */
export function certainty(verdict: Verdict): { score: number; confidence: number } {
  const returned = SCORE_OF[verdict.sentiment];
  const score = verdict.scores[returned];
  let runner_up = 0;
  for (const name of SCORE_NAMES) {
    if (name !== returned) runner_up = Math.max(runner_up, verdict.scores[name]);
  }
  return { score, confidence: Math.max(0, score - runner_up) };
}

/** The sentiment with the highest score; a tie goes to the earlier of {@link SENTIMENTS}. */
export function leadingSentiment(scores: Scores): Sentiment {
  return SENTIMENTS.reduce((best, candidate) =>
    scores[SCORE_OF[candidate]] > scores[SCORE_OF[best]] ? candidate : best,
  );
}
