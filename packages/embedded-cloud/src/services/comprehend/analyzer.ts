import { createRequire } from 'node:module';
import { evidence } from './evidence.ts';

export interface SentimentScore {
  Positive: number;
  Negative: number;
  Neutral: number;
  Mixed: number;
}

export interface Analysis {
  Sentiment: 'POSITIVE' | 'NEGATIVE' | 'NEUTRAL' | 'MIXED';
  SentimentScore: SentimentScore;
}

/** How much evidence outweighs having none: a single mild word stays neutral, a clear one doesn't. */
const NEUTRAL_EVIDENCE = 1.5;
const SHARPNESS = 5;
/** Both sides must say this much before a text is of two minds. */
const LEAST_SIDE = 2;

/** The sentiment of a text, by the evidence of its words: deterministic, and as sure as a word list may be. */
export function analyse(text: string, language: string): Analysis {
  const simplified = language === 'zh-TW';
  const clauses = evidence(simplified ? toSimplified(text) : text, simplified ? 'zh' : language);
  const positive = clauses.reduce((sum, clause) => sum + clause.positive, 0);
  const negative = clauses.reduce((sum, clause) => sum + clause.negative, 0);
  const best = Math.max(...clauses.map((clause) => clause.positive - clause.negative));
  const worst = Math.max(...clauses.map((clause) => clause.negative - clause.positive));
  const both = Math.min(best, worst) >= LEAST_SIDE ? 2 * Math.min(best, worst) : 0;
  const all = positive + negative + NEUTRAL_EVIDENCE;
  return labelled(softmax([positive / all, negative / all, NEUTRAL_EVIDENCE / all, both / all]));
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

function labelled(SentimentScore: SentimentScore): Analysis {
  const [name] = Object.entries(SentimentScore).reduce((best, entry) =>
    entry[1] > best[1] ? entry : best,
  );
  return { Sentiment: name.toUpperCase() as Analysis['Sentiment'], SentimentScore };
}

const require = createRequire(import.meta.url);
let convert: ((text: string) => string) | undefined;

/** The word list knows simplified characters only. */
function toSimplified(text: string): string {
  const { Converter } = require('opencc-js') as {
    Converter: (options: { from: string; to: string }) => (text: string) => string;
  };
  convert ??= Converter({ from: 'tw', to: 'cn' });
  return convert(text);
}
