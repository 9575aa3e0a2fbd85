import { createHash } from 'node:crypto';
import type { Scores, Sentiment } from '../../schemas/index.ts';

interface Opinion {
  sentiment: Sentiment;
  scores: Scores;
}

/** The values that decide the verdict on a text. */
export interface Asked {
  text: string;
  language_code: string;
  analyzer_version: string;
}

const NAMES = ['positive', 'negative', 'neutral', 'mixed'] as const;

const known = new Map<string, Opinion>();

/**
 * Derives the verdict on a generated text from the mark in the text, the language and the version
 * of the analyzer. The simulated analyzer answers with the verdict, and the checker expects the
 * verdict. All chunks of a text have the same verdict, because every sentence contains the mark.
 * Two texts have different verdicts if their marks, languages or analyzer versions differ.
 */
export function opinionOn({ text, language_code, analyzer_version }: Asked): Opinion | undefined {
  const mark = markOf(text);
  if (mark === undefined) return undefined;
  const key = `${mark}\n${language_code}\n${analyzer_version}`;
  const found = known.get(key) ?? derive(key);
  if (known.size > 20_000) known.clear();
  known.set(key, found);
  return found;
}

/** Returns the mark in a generated text. */
function markOf(text: string): string | undefined {
  return /#([^#]+)#/.exec(text)?.[1];
}

/** Returns true if the analyzer refuses a text in every call. */
export function isRefused(text: string): boolean {
  return markOf(text)?.startsWith('refused') ?? false;
}

function derive(key: string): Opinion {
  const bytes = createHash('sha256').update(key).digest();
  const raw = [0, 2, 4, 6].map((at) => bytes.readUInt16BE(at) + 1);
  const sum = raw.reduce((total, value) => total + value, 0);
  const [positive = 0, negative = 0, neutral = 0, mixed = 0] = raw.map((value) => value / sum);
  const scores = { positive, negative, neutral, mixed };
  const names = { positive: 'POSITIVE', negative: 'NEGATIVE', neutral: 'NEUTRAL', mixed: 'MIXED' };
  const [best] = Object.entries(scores).sort(([, x], [, y]) => y - x)[0]!;
  return { sentiment: names[best as keyof Scores] as Sentiment, scores };
}

/**
 * Tells whether a verdict is the expected verdict on a text. Scores are compared with a tolerance
 * of 1e-6, because the scores of a text with several chunks are a rounded mean over the chunks.
 */
export function isOpinionOn(
  asked: Asked,
  found: { sentiment?: Sentiment | undefined; scores?: Scores | undefined },
): boolean {
  const expected = opinionOn(asked);
  if (expected === undefined || found.scores === undefined) return false;
  const { scores } = found;
  return (
    found.sentiment === expected.sentiment &&
    NAMES.every((name) => Math.abs(expected.scores[name] - scores[name]) < 1e-6)
  );
}
