import { pathToFileURL } from 'node:url';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { batchesOf, type Load } from './load.ts';

/** A consumer on its own, in a process of its own: loads a bundle and hands it batches, as Lambda would. */
export interface ProgramOrder {
  bundle: string;
  load: Load;
  warm_batches: number;
  batches: number;
}

export interface ProgramReport {
  records: number;
  wall_ms: number;
  /** User and system time of this process. */
  cpu_ms: number;
  peak_rss_bytes: number;
}

type Handler = (event: KinesisStreamEvent, context: Context) => Promise<KinesisStreamBatchResponse>;

const LAMBDA_TIMEOUT_MS = 120_000;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.once('message', (order: ProgramOrder) => {
  run(order).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${(error as Error).stack}\n`);
      process.exit(1);
    },
  );
});
process.send!('ready');

async function run({ bundle, load, warm_batches, batches }: ProgramOrder): Promise<void> {
  const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
  const events = batchesOf(load);
  const take = (count: number) => Array.from({ length: count }, () => events.next().value!);
  await handAll(handler, take(warm_batches));
  const measured = take(batches);
  await told('warm');
  const started_at = performance.now();
  const cpu_before = process.cpuUsage();
  await handAll(handler, measured);
  const { user, system } = process.cpuUsage(cpu_before);
  const report: ProgramReport = {
    records: measured.reduce((sum, { Records }) => sum + Records.length, 0),
    wall_ms: performance.now() - started_at,
    cpu_ms: (user + system) / 1_000,
    peak_rss_bytes: process.resourceUsage().maxRSS * 1_024,
  };
  await told(report);
}

/** One after the other, as a shard does. A batch that is not done whole is no measurement. */
async function handAll(handler: Handler, events: KinesisStreamEvent[]): Promise<void> {
  for (const [i, event] of events.entries()) {
    const { batchItemFailures } = await handler(event, contextOf(i));
    if (batchItemFailures.length > 0) {
      throw new Error(`The program failed ${batchItemFailures.length} records of batch ${i}`);
    }
  }
}

function contextOf(i: number): Context {
  const ends_at = Date.now() + LAMBDA_TIMEOUT_MS;
  return {
    awsRequestId: `request-${i}`,
    functionName: 'bench',
    getRemainingTimeInMillis: () => ends_at - Date.now(),
  } as Context;
}

/** Says it, and waits until the parent has heard. */
async function told(what: unknown): Promise<void> {
  const answered = new Promise((resolve) => process.once('message', resolve));
  process.send!(what as object);
  await answered;
}
