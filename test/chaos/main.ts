import { parseArgs } from 'node:util';
import { createProgress } from '../../cli/output/progress.ts';
import { type ChaosReport, MUST_BE_ZERO, runChaos } from './chaos.ts';

const HELP = `Runs producers, jobs, callers of the API and operators on the embedded cloud under random faults. Then it stops the
faults, puts back what was given up, and checks that no acknowledged record is lost, doubled or wrong, and that each job,
callback and answer of the API is right.

Usage: npm run chaos -- [options]

  --seed N      the seed of the first run (default 1); a seed always draws the same faults
  --seeds N     the number of runs; each has the next seed (default 1)
  --records N   entries to publish in each run (default 2000)
  --minutes N   duration of the faults in each run (default 0.5)
  --json        print one line of JSON per run
  --help        print this help

The exit code is 0 if ${MUST_BE_ZERO.join(', ')} are all 0, else 1.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      records: { type: 'string', default: '2000' },
      minutes: { type: 'string', default: '0.5' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help' as const;
  const number = (name: 'seed' | 'seeds' | 'records' | 'minutes') => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0)
      throw new Error(`--${name} takes a number of at least 0, not ${values[name]}.`);
    return value;
  };
  return {
    seed: number('seed'),
    seeds: number('seeds'),
    records: number('records'),
    minutes: number('minutes'),
    json: values.json,
  };
}

function hasKeptPromises(report: ChaosReport): boolean {
  return MUST_BE_ZERO.every((name) => report[name] === 0);
}

function formatReport(report: ChaosReport): string {
  const { faults_by_kind, findings, ...counts } = report;
  const kinds = Object.entries(faults_by_kind).sort(([, a], [, b]) => b - a);
  return [
    ...Object.entries(counts).map(
      ([name, count]) =>
        `${name.padEnd(16)}${Number.isInteger(count) ? count : count.toFixed(1)}${MUST_BE_ZERO.some((zero) => zero === name) && count > 0 ? '  <-- must be 0' : ''}`,
    ),
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
    ...findings.map((finding) => `  ! ${finding}`),
    hasKeptPromises(report) ? 'Every promise held.' : 'FAILED.',
    `To repeat: npm run chaos -- --seed ${report.seed}`,
    '',
  ].join('\n');
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const progress = createProgress();
  let code = 0;
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    const report = await runChaos({ ...options, seed, onProgress: progress.update });
    progress.finish();
    process.stdout.write(`${options.json ? JSON.stringify(report) : formatReport(report)}\n`);
    if (!hasKeptPromises(report)) code = 1;
  }
  return code;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\nSee npm run chaos -- --help.\n`);
  return 1;
});
