import type { DetectSentimentResponse } from '@aws-sdk/client-comprehend';
import type { DocumentOutcome } from '../../processors/analysis/ports.ts';
import { scoresSchema, sentiment } from '../../schemas/index.ts';

/** Reads the verdict on one document. Returns undefined if the sentiment or a score is invalid. */
export function parseVerdict(
  result: Pick<DetectSentimentResponse, 'Sentiment' | 'SentimentScore'>,
): Extract<DocumentOutcome, { ok: true }> | undefined {
  const { Positive, Negative, Neutral, Mixed } = result.SentimentScore ?? {};
  const scores = scoresSchema.safeParse({
    positive: Positive,
    negative: Negative,
    neutral: Neutral,
    mixed: Mixed,
  });
  const label = sentiment.safeParse(result.Sentiment);
  if (!scores.success || !label.success) return undefined;
  return { ok: true, sentiment: label.data, scores: scores.data };
}
