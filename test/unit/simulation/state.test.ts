import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SimulationReport } from '../../simulation/simulate.ts';
import {
  addSeed,
  createRunProgress,
  hasSeed,
  readProgress,
  writeProgress,
} from '../../simulation/state.ts';

const RANGE = { seed: 5, seeds: 10, records: 100 };
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aurastream-simulation-'));
  file = join(folder, 'state.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function aReport(seed: number): SimulationReport {
  return {
    ...{ seed, records: 100, entries: 100, results: 90, set_asides: 5, given_up: 1, restored: 2 },
    ...{ faults: { slow: 3 }, redeliveries: 4, invocations: 9, steps: 50, virtual_seconds: 60 },
    fingerprint: 'f',
  };
}

it('a simulation continues after the seeds that an interrupted one has run, and counts each seed once', () => {
  const progress = createRunProgress(RANGE);
  for (const seed of [6, 5, 8]) addSeed(progress, aReport(seed));
  writeProgress(file, progress);
  const resumed = readProgress(file, RANGE);
  expect([5, 6, 7, 8, 9].filter((seed) => !hasSeed(resumed, seed))).toEqual([7, 9]);
  addSeed(resumed, aReport(8));
  addSeed(resumed, aReport(7));
  expect(resumed).toMatchObject({ next: 9, ahead: [] });
  expect(resumed.totals).toMatchObject({ seeds: 4, entries: 400, faults: 12, redeliveries: 16 });
});

it('a simulation without earlier progress starts with its first seed', () => {
  expect(readProgress(file, RANGE)).toEqual(createRunProgress(RANGE));
});

it('a simulation does not continue with other seeds or records than the interrupted one', () => {
  writeProgress(file, createRunProgress(RANGE));
  expect(() => readProgress(file, { ...RANGE, records: 50 })).toThrow('--records 100, got 50');
  expect(() => readProgress(file, { ...RANGE, seeds: 11 })).toThrow('--seeds 10, got 11');
});

it('the progress is written in one step', () => {
  writeProgress(file, createRunProgress(RANGE));
  expect(readdirSync(folder)).toEqual(['state.json']);
});
