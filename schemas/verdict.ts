import * as z from 'zod';

/**
 * The possible sentiments of a text.
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
 * The sentiment of a text. The value is one of the strings in {@link SENTIMENTS}.
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

/**
 * The probabilities of the four sentiments. The sum of the probabilities is 1, except for rounding
 * errors of single-precision numbers.
 */
export const scoresSchema = z.object({
  positive: probability,
  negative: probability,
  neutral: probability,
  mixed: probability,
});
export type Scores = z.infer<typeof scoresSchema>;

/**
 * The verdict of an analyzer on one text. `chunks` is the number of documents into which the text
 * was split.
 */
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

/**
 * Computes the score and the confidence of a verdict. The score is the probability of the verdict's
 * sentiment. The confidence is the difference between the score and the highest of the other three
 * probabilities, or 0 if another probability is higher.
 */
export function rateCertainty(verdict: Verdict): { score: number; confidence: number } {
  const returned = SCORE_OF[verdict.sentiment];
  const score = verdict.scores[returned];
  let runner_up = 0;
  for (const name of SCORE_NAMES) {
    if (name !== returned) runner_up = Math.max(runner_up, verdict.scores[name]);
  }
  return { score, confidence: Math.max(0, score - runner_up) };
}

/**
 * Returns the sentiment with the highest probability. If several sentiments have the highest
 * probability, returns the sentiment that {@link SENTIMENTS} lists first.
 */
export function findLeadingSentiment(scores: Scores): Sentiment {
  return SENTIMENTS.reduce((best, candidate) =>
    scores[SCORE_OF[candidate]] > scores[SCORE_OF[best]] ? candidate : best,
  );
}
