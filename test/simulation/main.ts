import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProgress } from '../../cli/output/progress.ts';
import { type SimulationReport, simulate } from './simulate.ts';

const HELP = `Runs the pipeline's code in simulated worlds: time is virtual, and a seed decides every fault and interleaving.

Usage: npm run simulate -- [options]

  --seed N      the first seed (default 1); a seed always gives exactly the same run
  --seeds N     how many seeds, counting up from the first (default: 1 if --seed is given, else 50)
  --records N   records that the producers of each world publish (default 1000)
  --json        print one line of JSON: the totals, and the report of the seed that failed, if any
  --help        print this

If a check fails, the run ends with code 1. It prints the smallest world of that seed in which a check fails, and the
last steps in that world.
`;

export interface Totals {
  seeds: number;
  entries: number;
  faults: number;
  faults_by_kind: Record<string, number>;
  redeliveries: number;
  seconds: number;
  failed?: SimulationReport;
}

interface Options {
  seed: number;
  seeds: number;
  records: number;
  json: boolean;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      records: { type: 'string', default: '1000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const whole = (name: string, value: string) => {
    if (!/^\d+$/.test(value)) throw new Error(`--${name} expects a whole number, got ${value}.`);
    return Number(value);
  };
  return {
    seed: whole('seed', values.seed ?? '1'),
    seeds: whole('seeds', values.seeds ?? (values.seed === undefined ? '50' : '1')),
    records: whole('records', values.records),
    json: values.json,
  };
}

/** Runs the seeds on all cores, and stops at the first seed that fails. */
async function runSeeds(options: Options, onReport: (totals: Totals) => void): Promise<Totals> {
  const { seed, seeds, records } = options;
  const started = performance.now();
  const totals: Totals = {
    seeds: 0,
    entries: 0,
    faults: 0,
    faults_by_kind: {},
    redeliveries: 0,
    seconds: 0,
  };
  const add = (report: SimulationReport) => {
    totals.seeds += 1;
    totals.entries += report.entries;
    totals.redeliveries += report.redeliveries;
    totals.seconds = (performance.now() - started) / 1_000;
    for (const [kind, count] of Object.entries(report.faults)) {
      totals.faults += count;
      totals.faults_by_kind[kind] = (totals.faults_by_kind[kind] ?? 0) + count;
    }
    if (report.violation !== undefined) totals.failed ??= report;
    onReport(totals);
  };
  let next = seed;
  const runNextSeeds = async () => {
    const child = startChild();
    try {
      while (next < seed + seeds && totals.failed === undefined) {
        const mine = next;
        next += 1;
        add(await ask(child, { seed: mine, records }));
      }
    } finally {
      child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), seeds) }, runNextSeeds));
  if (totals.failed !== undefined) totals.failed = await shrinkFailure(totals.failed);
  return totals;
}

const CHILD = 'child';

function startChild(): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [CHILD], { execArgv: ['--import', 'tsx'] });
}

function ask(
  child: ChildProcess,
  question: { seed: number; records: number },
): Promise<SimulationReport> {
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

function formatTotals(totals: Totals): string {
  const { failed } = totals;
  const kinds = Object.entries(totals.faults_by_kind).sort(([, a], [, b]) => b - a);
  const lines = [
    `${totals.seeds} seeds, ${totals.entries} stream entries, ${totals.faults} faults, ${totals.redeliveries} redeliveries in ${totals.seconds.toFixed(1)} s`,
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(8)}  ${kind}`),
  ];
  if (failed?.violation === undefined) return [...lines, 'All checks passed.'].join('\n');
  return [
    ...lines,
    '',
    `Seed ${failed.seed} FAILED with ${failed.records} records:`,
    failed.violation.message,
    '',
    'Last steps:',
    ...failed.violation.schedule.slice(-40).map((line) => `  ${line}`),
    '',
    `Repeat with: npm run simulate -- --seed ${failed.seed} --records ${failed.records}`,
  ].join('\n');
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const progress = createProgress();
  const totals = await runSeeds(options, ({ seeds, entries, faults }) =>
    progress.update(`${seeds} of ${options.seeds} seeds, ${entries} entries, ${faults} faults`),
  );
  progress.finish();
  process.stdout.write(`${options.json ? JSON.stringify(totals) : formatTotals(totals)}\n`);
  return totals.failed === undefined ? 0 : 1;
}

if (process.argv[2] === CHILD) {
  const sendReport = async (question: { seed: number; records: number }) => {
    process.send!(await simulate(question));
  };
  process.on('message', (question: { seed: number; records: number }) => void sendReport(question));
} else {
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\nSee npm run simulate -- --help.\n`);
    return 1;
  });
}
