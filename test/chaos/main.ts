import { parseArgs } from 'node:util';
import { createProgress } from '../../cli/output/progress.ts';
import { type ChaosReport, MUST_BE_ZERO, runChaos } from './chaos.ts';

const HELP = `Runs the embedded cloud in a storm of faults, then checks the books.

Usage: npm run chaos -- [options]

  --seed N      which storm (default 1): the same seed brews the same faults
  --seeds N     how many storms, counted up from the first (default 1)
  --records N   entries that are published in each (default 2000)
  --minutes N   how long each storm lasts (default 0.5)
  --json        print one line of JSON a storm
  --help        print this

The exit code is 0 only where ${MUST_BE_ZERO.join(', ')} are all 0.
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
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a number.`);
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

export function isClean(report: ChaosReport): boolean {
  return MUST_BE_ZERO.every((name) => report[name] === 0);
}

function readable(report: ChaosReport): string {
  const { faults_by_kind, findings, ...counts } = report;
  const kinds = Object.entries(faults_by_kind).sort(([, a], [, b]) => b - a);
  return [
    ...Object.entries(counts).map(
      ([name, count]) =>
        `${name.padEnd(16)}${Number.isInteger(count) ? count : count.toFixed(1)}${MUST_BE_ZERO.some((zero) => zero === name) && count > 0 ? '  <-- must be 0' : ''}`,
    ),
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
    ...findings.map((finding) => `  ! ${finding}`),
    isClean(report) ? 'Every promise held.' : 'FAILED.',
    `Again: npm run chaos -- --seed ${report.seed}`,
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
    process.stdout.write(`${options.json ? JSON.stringify(report) : readable(report)}\n`);
    if (!isClean(report)) code = 1;
  }
  return code;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\nSee npm run chaos -- --help.\n`);
  return 1;
});
