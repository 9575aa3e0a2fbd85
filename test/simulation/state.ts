import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SimulationReport } from './simulate.ts';
import { addReport, createTotals, type Totals } from './totals.ts';

/** The seeds of one command. */
export interface SeedRange {
  /** The first seed. */
  seed: number;
  seeds: number;
  records: number;
}

/** The progress of a command, which a later command can continue. */
export interface Progress extends SeedRange {
  totals: Totals;
  /** All seeds below this one have been run. */
  next: number;
  /** Seeds that have been run although a lower seed is still running. */
  ahead: number[];
}

export function createRunProgress(range: SeedRange): Progress {
  return { ...range, totals: createTotals(), next: range.seed, ahead: [] };
}

/** Adds the report of a seed. A seed that has been added before is not counted again. */
export function addSeed(progress: Progress, report: SimulationReport): void {
  if (hasSeed(progress, report.seed)) return;
  addReport(progress.totals, report);
  progress.ahead.push(report.seed);
  while (progress.ahead.includes(progress.next)) {
    progress.ahead = progress.ahead.filter((seed) => seed !== progress.next);
    progress.next += 1;
  }
}

export function hasSeed({ next, ahead }: Progress, seed: number): boolean {
  return seed < next || ahead.includes(seed);
}

/**
 * Reads the progress of an interrupted command. Returns new progress if the file does not exist.
 *
 * @throws {Error} if the file belongs to other seeds or to another number of records.
 */
export function readProgress(file: string, range: SeedRange): Progress {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return createRunProgress(range);
    throw error;
  }
  const progress = JSON.parse(text) as Progress;
  for (const name of ['seed', 'seeds', 'records'] as const) {
    if (progress[name] === range[name]) continue;
    throw new Error(
      `--state ${file} has --${name} ${progress[name]}, got ${range[name]}. Use another file, or the same options.`,
    );
  }
  return progress;
}

/** Writes the progress in one step, so that an interruption never leaves half a file. */
export function writeProgress(file: string, progress: Progress): void {
  const half = `${file}.new`;
  writeFileSync(half, JSON.stringify(progress));
  renameSync(half, file);
}
