import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { formatTable } from '../../cli/output/table.ts';
import { testCloud } from '../support/cloud.ts';
import { measureLiveBesideBulk, type Phase } from './measure.ts';

const HELP = `Measures live records alone and beside a job on the embedded cloud, with the default quota.

Usage: npm run measure:live -- [options]

  --seconds N   length of each of the two phases (default 120)
  --live N      live records per second (default 50)
  --records N   records of the job (default 200000)
  --json        print one line of JSON
  --help        print this

Ends with status 1 if the 99th percentile beside the job is more than 1.5 times that without it, if
Lambda gives up a batch, if Comprehend throttles a call, or if the job that is late is not refused.
`;

/** Largest 99th percentile beside the job, divided by that without the job. */
const MOST_RATIO = 1.5;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    live: { type: 'string', default: '50' },
    records: { type: 'string', default: '200000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function rowOf(name: string, phase: Phase): Record<string, string> {
  const number = (value: number) => value.toLocaleString('en-US');
  return {
    'live records': name,
    records: number(phase.records),
    'p50, ms': number(phase.p50_ms),
    'p99, ms': number(phase.p99_ms),
    'wait for a slot, ms': number(phase.slot_wait_ms),
    'calls/s': number(phase.calls_per_second),
    throttled: number(phase.throttled),
  };
}

async function main(): Promise<number> {
  const load_before = loadavg()[0]!;
  const test = await testCloud();
  try {
    const figures = await measureLiveBesideBulk(test, {
      live_records_per_second: Number(values.live),
      seconds: Number(values.seconds),
      job_records: Number(values.records),
      report: (step) => process.stderr.write(`${step}\n`),
    });
    const ratio = figures.beside.p99_ms / figures.alone.p99_ms;
    const machine = { cores: availableParallelism(), load_before, load_after: loadavg()[0]! };
    if (values.json) console.log(JSON.stringify({ ...figures, ratio, machine }));
    else {
      const rows = [rowOf('alone', figures.alone), rowOf('beside the job', figures.beside)];
      const columns = Object.keys(rows[0]!);
      console.log(formatTable(columns, rows, { right: columns.slice(1) }));
      console.log(`p99 beside the job ÷ alone: ${ratio.toFixed(2)}`);
      console.log(`job: ${figures.job.status}, ${figures.job.done} records done`);
      console.log(`late job: ${JSON.stringify(figures.refused)}`);
      console.log(`batches in the failure bucket: ${figures.failed_batches}`);
      console.log(
        `load of ${machine.cores} cores: ${load_before.toFixed(1)} before, ${machine.load_after.toFixed(1)} after`,
      );
    }
    const is_kept =
      ratio <= MOST_RATIO &&
      figures.failed_batches === 0 &&
      figures.alone.throttled + figures.beside.throttled === 0 &&
      figures.refused.code === 'DEADLINE_UNREACHABLE';
    return is_kept ? 0 : 1;
  } finally {
    await test.stop();
  }
}

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();
