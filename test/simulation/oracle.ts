import { createHash } from 'node:crypto';
import type { Scores, Sentiment } from '../../schemas/index.ts';

/**
 * Derives the verdict on a generated text from the mark in the text. The simulated analyzer answers
 * with the verdict, and the checker expects the verdict. All chunks of a text have the same
 * verdict, because every sentence contains the mark. Texts with different marks have different
 * verdicts.
 */
export function verdictOf(text: string): { sentiment: Sentiment; scores: Scores } | undefined {
  const mark = /#([^#]+)#/.exec(text)?.[1];
  if (mark === undefined) return undefined;
  const bytes = createHash('sha256').update(mark).digest();
  const raw = [0, 2, 4, 6].map((at) => bytes.readUInt16BE(at) + 1);
  const sum = raw.reduce((total, value) => total + value, 0);
  const [positive, negative, neutral, mixed] = raw.map((value) => value / sum) as [
    number,
    number,
    number,
    number,
  ];
  const scores = { positive, negative, neutral, mixed };
  const names = { positive: 'POSITIVE', negative: 'NEGATIVE', neutral: 'NEUTRAL', mixed: 'MIXED' };
  const [best] = Object.entries(scores).sort(([, x], [, y]) => y - x)[0]!;
  return { sentiment: names[best as keyof Scores] as Sentiment, scores };
}

/**
 * Tells whether a verdict is the expected verdict on a text. Scores are compared with a tolerance
 * of 1e-6, because the scores of a text with several chunks are a rounded mean over the chunks.
 */
export function isVerdictOf(
  text: string,
  found: { sentiment?: Sentiment | undefined; scores?: Scores | undefined },
): boolean {
  const expected = verdictOf(text);
  if (expected === undefined || found.scores === undefined) return false;
  const scores = found.scores;
  return (
    found.sentiment === expected.sentiment &&
    Object.entries(expected.scores).every(
      ([name, score]) => Math.abs(score - scores[name as keyof Scores]) < 1e-6,
    )
  );
}
