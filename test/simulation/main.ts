import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createProgress } from '../../cli/output/progress.ts';
import { runSeeds } from './run-seeds.ts';
import { createRunProgress, readProgress, type SeedRange, writeProgress } from './state.ts';
import { formatTotals } from './totals.ts';

const HELP = `Runs the pipeline's code in simulated worlds: time is virtual, and a seed decides every fault and interleaving.

Usage: npm run simulate -- [options]

  --seed N      the first seed (default 1); a seed always gives exactly the same run
  --seeds N     how many seeds, counting up from the first (default: 1 if --seed is given, else 50)
  --records N   records that the producers of each world publish (default 1000)
  --jobs N      how many processes run seeds at the same time (default: the number of cores)
  --state FILE  keeps the progress in this file; the same command continues from it after Ctrl-C
  --json        print one line of JSON: the totals, and the report of the seed that failed, if any
  --help        print this

If a check fails, the run ends with code 1. It prints the smallest world of that seed in which a check fails, and the
last steps in that world. Ctrl-C lets the running seeds end, and prints the totals so far.
`;

interface Options extends SeedRange {
  jobs: number;
  state: string | undefined;
  json: boolean;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      records: { type: 'string', default: '1000' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      state: { type: 'string' },
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
    jobs: Math.max(1, whole('jobs', values.jobs)),
    state: values.state,
    json: values.json,
  };
}

/** Time between two writes of the state, in milliseconds. */
const WRITE_EVERY_MS = 1_000;

async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const { seed, seeds, records, jobs, state, json } = options;
  const range = { seed, seeds, records };
  const progress = state === undefined ? createRunProgress(range) : readProgress(state, range);
  const { totals } = progress;
  let is_stopped = false;
  process.once('SIGINT', () => {
    is_stopped = true;
  });
  const line = createProgress();
  let written_at = 0;
  await runSeeds(progress, {
    jobs,
    isStopped: () => is_stopped,
    onReport() {
      line.update(
        `${totals.seeds} of ${seeds} seeds, ${totals.entries} entries, ${totals.faults} faults`,
      );
      if (state === undefined || performance.now() - written_at < WRITE_EVERY_MS) return;
      written_at = performance.now();
      writeProgress(state, progress);
    },
  });
  if (state !== undefined) writeProgress(state, progress);
  line.finish();
  process.stdout.write(`${json ? JSON.stringify(totals) : formatTotals(totals)}\n`);
  if (is_stopped) return INTERRUPTED;
  return totals.failed === undefined ? 0 : 1;
}

/** Exit code of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\nSee npm run simulate -- --help.\n`);
  return 1;
});
