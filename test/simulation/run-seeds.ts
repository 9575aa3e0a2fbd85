import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type SimulationReport, simulate } from './simulate.ts';
import { addSeed, hasSeed, type Progress } from './state.ts';

export interface RunOptions {
  /** Number of processes. */
  jobs: number;
  onReport: () => void;
  /** Returns true if no further seed must be started. */
  isStopped: () => boolean;
}

/** Runs the seeds that are left in several processes, and stops at the first seed that fails. */
export async function runSeeds(progress: Progress, options: RunOptions): Promise<void> {
  const { jobs, onReport, isStopped } = options;
  const end = progress.seed + progress.seeds;
  const { totals } = progress;
  const seconds_before = totals.seconds;
  const started = performance.now();
  let next = progress.next;
  const runNextSeeds = async () => {
    const child = startChild();
    try {
      while (next < end && totals.failed === undefined && !isStopped()) {
        const seed = next;
        next += 1;
        if (hasSeed(progress, seed)) continue;
        const report = await ask(child, { seed, records: progress.records });
        totals.seconds = seconds_before + (performance.now() - started) / 1_000;
        addSeed(progress, report);
        onReport();
      }
    } finally {
      child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, end - next) }, runNextSeeds));
  if (totals.failed !== undefined) totals.failed = await shrinkFailure(totals.failed);
}

interface Question {
  seed: number;
  records: number;
}

function startChild(): ChildProcess {
  const file = fileURLToPath(new URL('./child.ts', import.meta.url));
  // A larger young generation saves about 4 % of the time, because most objects die early.
  return fork(file, { execArgv: ['--max-semi-space-size=64', '--import', 'tsx'] });
}

function ask(child: ChildProcess, question: Question): Promise<SimulationReport> {
  return new Promise((resolve, reject) => {
    const onExit = () =>
      reject(new Error(`The child process that ran seed ${question.seed} exited early`));
    child.once('exit', onExit);
    child.once('message', (report) => {
      child.off('exit', onExit);
      resolve(report as SimulationReport);
    });
    child.send(question);
  });
}

/**
 * Halves the number of records again and again, and returns the report of the smallest world that
 * still fails.
 */
async function shrinkFailure(failed: SimulationReport): Promise<SimulationReport> {
  let smallest = failed;
  for (
    let records = Math.floor(failed.records / 2);
    records > 0;
    records = Math.floor(records / 2)
  ) {
    const report = await simulate({ seed: failed.seed, records });
    if (report.violation !== undefined) smallest = report;
  }
  return smallest;
}
