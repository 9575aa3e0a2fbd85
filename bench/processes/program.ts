import { pathToFileURL } from 'node:url';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { batchesOf, type Load } from '../load.ts';
import { answerParent } from './answer.ts';
import { peakRss } from './peak-rss.ts';

/** A consumer on its own, in a process of its own: loads a bundle and hands it batches, as Lambda would. */
export type ProgramQuestion =
  | { kind: 'warm'; bundle: string; load: Load; shard: number; batches: number }
  | { kind: 'measure'; batches: number };

export interface ProgramReport {
  records: number;
  wall_ms: number;
  /** User and system time of this process. */
  cpu_ms: number;
  peak_rss_bytes: number;
  /** Of the records on the stream, and as Kinesis bills them on their way in: each with its key rounded up to 1 KB. */
  stream_bytes: number;
  billed_stream_bytes: number;
}

type Handler = (event: KinesisStreamEvent, context: Context) => Promise<KinesisStreamBatchResponse>;

const LAMBDA_TIMEOUT_MS = 120_000;

let handler: Handler;
let events: Generator<KinesisStreamEvent>;

answerParent<ProgramQuestion>((question) =>
  question.kind === 'warm' ? warm(question) : measure(question),
);

/** @returns how many records that took. */
async function warm({ bundle, load, shard, batches }: ProgramQuestion & { kind: 'warm' }) {
  const { href } = pathToFileURL(bundle);
  handler = ((await import(href)) as { handler: Handler }).handler;
  events = batchesOf(load, shard);
  return handAll(next(batches));
}

async function measure({ batches }: ProgramQuestion & { kind: 'measure' }): Promise<ProgramReport> {
  // Made before the clock starts.
  const measured = next(batches);
  const started_at = performance.now();
  const cpu_before = process.cpuUsage();
  const records = await handAll(measured);
  const { user, system } = process.cpuUsage(cpu_before);
  return {
    records,
    wall_ms: performance.now() - started_at,
    cpu_ms: (user + system) / 1_000,
    peak_rss_bytes: peakRss(),
    ...streamBytes(measured),
  };
}

const KB = 1_024;

function streamBytes(batches: KinesisStreamEvent[]) {
  let stream_bytes = 0;
  let billed_stream_bytes = 0;
  for (const { kinesis } of batches.flatMap(({ Records }) => Records)) {
    const bytes =
      Buffer.byteLength(kinesis.data, 'base64') + Buffer.byteLength(kinesis.partitionKey);
    stream_bytes += bytes;
    billed_stream_bytes += Math.ceil(bytes / KB) * KB;
  }
  return { stream_bytes, billed_stream_bytes };
}

function next(batches: number): KinesisStreamEvent[] {
  return Array.from({ length: batches }, () => events.next().value!);
}

/** One after the other, as a shard does. A batch that is not done whole is no measurement. */
async function handAll(batches: KinesisStreamEvent[]): Promise<number> {
  for (const [i, event] of batches.entries()) {
    const { batchItemFailures } = await handler(event, contextOf(i));
    if (batchItemFailures.length > 0) {
      throw new Error(`The program failed ${batchItemFailures.length} records of batch ${i}`);
    }
  }
  return batches.reduce((sum, { Records }) => sum + Records.length, 0);
}

function contextOf(i: number): Context {
  const ends_at = Date.now() + LAMBDA_TIMEOUT_MS;
  return {
    awsRequestId: `request-${i}`,
    functionName: 'bench',
    getRemainingTimeInMillis: () => ends_at - Date.now(),
  } as Context;
}
