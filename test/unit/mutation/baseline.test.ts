import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import baseline from '../../mutation/baseline.json' with { type: 'json' };
import { compareScore, raiseBaseline } from '../../mutation/baseline.ts';
import { MUTATED_ROOMS } from '../../mutation/rooms.ts';
import { isUndetected, type Mutant, scoreOf } from '../../mutation/score.ts';

const WORKFLOW = '../../../.github/workflows/mutation.yml';

const aMutant = (status: string): Mutant => ({
  fileName: 'jobs/sweep.ts',
  location: { start: { line: 1, column: 1 } },
  mutatorName: 'BooleanLiteral',
  status,
});
const mutants = (counts: Record<string, number>) =>
  Object.entries(counts).flatMap(([status, count]) =>
    Array.from({ length: count }, () => aMutant(status)),
  );
const aScore = (score: number) => ({ score, detected: 1, mutants: 1 });

it('the score is the share of mutants that a test detects; a mutant that no test runs counts as not detected', () => {
  const results = mutants({ Killed: 5, Timeout: 1, Survived: 2, NoCoverage: 1 });
  expect(scoreOf(results)).toEqual({ score: 66.6, detected: 6, mutants: 9 });
  expect(results.filter(isUndetected)).toHaveLength(3);
});

it('the score leaves out the mutants that are ignored or invalid', () => {
  const results = mutants({ Killed: 1, Survived: 1, Ignored: 7, CompileError: 1, RuntimeError: 1 });
  expect(scoreOf(results)).toEqual({ score: 50, detected: 1, mutants: 2 });
});

it('one survivor in a large room keeps the score below 100 %', () => {
  expect(scoreOf(mutants({ Killed: 99_999, Survived: 1 })).score).toBe(99.9);
});

it('a score may only rise: a lower one is not recorded', () => {
  const best = { jobs: aScore(80.1) };
  expect(compareScore(best, 'jobs', aScore(80))).toBe('fallen');
  expect(raiseBaseline(best, 'jobs', aScore(80))).toEqual(best);
  expect(compareScore(best, 'jobs', aScore(80.1))).toBe('equal');
  expect(compareScore(best, 'jobs', aScore(80.2))).toBe('risen');
  expect(raiseBaseline(best, 'jobs', aScore(80.2))).toEqual({ jobs: aScore(80.2) });
  expect(compareScore(best, 'api', aScore(1))).toBe('new');
  expect(raiseBaseline(best, 'api', aScore(1))).toEqual({ ...best, api: aScore(1) });
});

it('the baseline has the score of every room that is mutated', () => {
  expect(Object.keys(baseline).sort()).toEqual(Object.keys(MUTATED_ROOMS).sort());
});

it('tests find at least 80 % of the mutants of operations, jobs, the API, the adapters and the submission', () => {
  for (const room of ['operations', 'jobs', 'api', 'aws', 'ingest/submission'] as const) {
    expect(baseline[room].score, room).toBeGreaterThanOrEqual(80);
  }
});

it('the nightly workflow mutates each room', () => {
  const workflow = readFileSync(new URL(WORKFLOW, import.meta.url), 'utf8');
  const [, rooms] = /room: \[([^\]]+)\]/.exec(workflow)!;
  expect(rooms!.split(', ')).toEqual(Object.keys(MUTATED_ROOMS));
});
