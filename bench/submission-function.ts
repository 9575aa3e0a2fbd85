import type { Context, SQSEvent } from 'aws-lambda';
import { compose } from '../ingest/submission/compose.ts';

/**
 * The submitting function in a process of its own, so that what it takes is its own: does one job, and says in lines of
 * JSON how much memory the process has.
 */
const [job_id] = process.argv.slice(2);
const SAMPLE_MS = 50;

const handler = compose(process.env);
const sample = () =>
  process.send?.({ rss_bytes: process.memoryUsage().rss, cpu_ms: process.cpuUsage().user / 1_000 });
const timer = setInterval(sample, SAMPLE_MS);
const body = JSON.stringify({ kind: 'resume', job_id });
const event = { Records: [{ messageId: '1', body }] } as SQSEvent;
// All of it in one invocation: what is measured is whether a larger file takes more memory.
const context = { getRemainingTimeInMillis: () => 3_600_000 } as Context;
const { batchItemFailures } = await handler(event, context);
clearInterval(timer);
sample();
process.disconnect?.();
process.exitCode = batchItemFailures.length === 0 ? 0 : 1;
