/** The parts of a result of Stryker that the score and the listing need. */
export interface Mutant {
  fileName: string;
  location: { start: { line: number; column: number } };
  mutatorName: string;
  replacement?: string | undefined;
  status: string;
}

export interface Score {
  /** Percentage of the mutants that the tests detect, rounded down to one decimal. */
  score: number;
  detected: number;
  /** Number of mutants that can be detected. Ignored and invalid mutants do not count. */
  mutants: number;
}

const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

export function isUndetected({ status }: Mutant): boolean {
  return UNDETECTED.has(status);
}

export function scoreOf(results: Mutant[]): Score {
  const detected = results.filter(({ status }) => DETECTED.has(status)).length;
  const mutants = detected + results.filter(isUndetected).length;
  // Rounding up could hide a new survivor in a large room.
  const score = mutants === 0 ? 100 : Math.floor((detected / mutants) * 1_000) / 10;
  return { score, detected, mutants };
}

export function countByStatus(results: Mutant[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
