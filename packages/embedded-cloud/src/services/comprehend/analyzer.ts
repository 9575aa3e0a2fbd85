import { createRequire } from 'node:module';
import { collectEvidence } from './evidence.ts';

interface SentimentScore {
  Positive: number;
  Negative: number;
  Neutral: number;
  Mixed: number;
}

export interface Analysis {
  Sentiment: 'POSITIVE' | 'NEGATIVE' | 'NEUTRAL' | 'MIXED';
  SentimentScore: SentimentScore;
}

/**
 * Weight of neutral evidence. With this weight, a text with one mild word is neutral, and a text
 * with one strong word is not neutral.
 */
const NEUTRAL_EVIDENCE = 1.5;
const SHARPNESS = 5;
/**
 * Minimum evidence for a clearly positive or clearly negative clause. Only a text with clauses of
 * both kinds can be mixed.
 */
const LEAST_SIDE = 2;

/** Computes the sentiment of a text from its words. The same text always gets the same scores. */
export function analyse(text: string, language: string): Analysis {
  const is_traditional = language === 'zh-TW';
  const clauses = collectEvidence(
    is_traditional ? toSimplified(text) : text,
    is_traditional ? 'zh' : language,
  );
  const positive = clauses.reduce((sum, clause) => sum + clause.positive, 0);
  const negative = clauses.reduce((sum, clause) => sum + clause.negative, 0);
  const best = Math.max(...clauses.map((clause) => clause.positive - clause.negative));
  const worst = Math.max(...clauses.map((clause) => clause.negative - clause.positive));
  const both = Math.min(best, worst) >= LEAST_SIDE ? 2 * Math.min(best, worst) : 0;
  const all = positive + negative + NEUTRAL_EVIDENCE;
  return addLabel(softmax([positive / all, negative / all, NEUTRAL_EVIDENCE / all, both / all]));
}

function softmax(evidence: number[]): SentimentScore {
  const powers = evidence.map((value) => Math.exp(SHARPNESS * value));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const [Positive, Negative, Neutral, Mixed] = powers.map((power) => power / total) as [
    number,
    number,
    number,
    number,
  ];
  return { Positive, Negative, Neutral, Mixed };
}

function addLabel(SentimentScore: SentimentScore): Analysis {
  const [name] = Object.entries(SentimentScore).reduce((best, entry) =>
    entry[1] > best[1] ? entry : best,
  );
  return { Sentiment: name.toUpperCase() as Analysis['Sentiment'], SentimentScore };
}

const require = createRequire(import.meta.url);
let convert: ((text: string) => string) | undefined;

/**
 * Converts traditional Chinese characters to simplified characters, because the word list contains
 * only simplified characters.
 */
function toSimplified(text: string): string {
  const { Converter } = require('opencc-js') as {
    Converter: (options: { from: string; to: string }) => (text: string) => string;
  };
  convert ??= Converter({ from: 'tw', to: 'cn' });
  return convert(text);
}
