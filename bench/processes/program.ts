import { pathToFileURL } from 'node:url';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { batchesOf, type Load } from '../load.ts';
import { answerParent } from './answer.ts';
import { peakRss } from './peak-rss.ts';

/** A consumer on its own, in a process of its own: loads a bundle and hands it batches, as Lambda would. */
export type ProgramQuestion =
  | { kind: 'warm'; bundle: string; load: Load; warm_batches: number; batches: number }
  | { kind: 'measure' };

export interface ProgramReport {
  records: number;
  wall_ms: number;
  /** User and system time of this process. */
  cpu_ms: number;
  peak_rss_bytes: number;
}

type Handler = (event: KinesisStreamEvent, context: Context) => Promise<KinesisStreamBatchResponse>;

const LAMBDA_TIMEOUT_MS = 120_000;

let handler: Handler;
/** Made before the clock starts. */
let measured: KinesisStreamEvent[];

answerParent<ProgramQuestion>((question) =>
  question.kind === 'warm' ? warm(question) : measure(),
);

async function warm(question: ProgramQuestion & { kind: 'warm' }): Promise<void> {
  const { href } = pathToFileURL(question.bundle);
  handler = ((await import(href)) as { handler: Handler }).handler;
  const events = batchesOf(question.load);
  const take = (count: number) => Array.from({ length: count }, () => events.next().value!);
  await handAll(take(question.warm_batches));
  measured = take(question.batches);
}

async function measure(): Promise<ProgramReport> {
  const started_at = performance.now();
  const cpu_before = process.cpuUsage();
  await handAll(measured);
  const { user, system } = process.cpuUsage(cpu_before);
  return {
    records: measured.reduce((sum, { Records }) => sum + Records.length, 0),
    wall_ms: performance.now() - started_at,
    cpu_ms: (user + system) / 1_000,
    peak_rss_bytes: peakRss(),
  };
}

/** One after the other, as a shard does. A batch that is not done whole is no measurement. */
async function handAll(events: KinesisStreamEvent[]): Promise<void> {
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
