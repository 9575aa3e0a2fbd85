import { readFileSync, writeFileSync } from 'node:fs';
import type { Score } from './score.ts';

/** The best score of each room so far. */
export type Baseline = Record<string, Score>;

export type Comparison = 'new' | 'fallen' | 'equal' | 'risen';

const FILE = new URL('./baseline.json', import.meta.url);

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  writeFileSync(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** Compares the score of a room with the baseline. */
export function compareScore(baseline: Baseline, room: string, { score }: Score): Comparison {
  const best = baseline[room]?.score;
  if (best === undefined) return 'new';
  if (score < best) return 'fallen';
  return score > best ? 'risen' : 'equal';
}

/** Returns the baseline with the score of a room, unless the score has fallen. */
export function raiseBaseline(baseline: Baseline, room: string, score: Score): Baseline {
  return compareScore(baseline, room, score) === 'fallen'
    ? baseline
    : { ...baseline, [room]: score };
}
