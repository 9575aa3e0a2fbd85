import { parseArgs } from 'node:util';
import { simulateLongSubmission } from './long-submission.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '25000000' },
    rate: { type: 'string', default: '2000' },
    crash: { type: 'string', default: '0.02' },
  },
});

const lines = Number(values.lines);
const report = await simulateLongSubmission({
  lines,
  records_per_second: Number(values.rate),
  crash: Number(values.crash),
});
const cpu = process.cpuUsage();
const cpu_seconds = Math.round((cpu.user + cpu.system) / 1_000_000);
const published_per_line = report.published / lines;
console.log(JSON.stringify({ ...report, published_per_line, cpu_seconds }, null, 2));
if (report.submitted !== lines || published_per_line > 1.01) process.exitCode = 1;
