import { pathToFileURL } from 'node:url';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { generateBatches, type Load } from '../load.ts';
import { answerParent } from './answer.ts';
import { readPeakRss } from './peak-rss.ts';

/**
 * Asks this process to load a consumer's bundle and to invoke the consumer with batches, as Lambda
 * would.
 */
export type ProgramQuestion =
  | { kind: 'warm'; bundle: string; load: Load; shard: number; batches: number }
  | { kind: 'measure'; batches: number };

export interface ProgramReport {
  records: number;
  wall_ms: number;
  /** User and system CPU time of this process, in milliseconds. */
  cpu_ms: number;
  peak_rss_bytes: number;
  /** Number of bytes of the records and of their partition keys on the stream. */
  stream_bytes: number;
  /** Number of bytes that Kinesis bills for puts. Kinesis rounds each record up to 1 KB. */
  billed_stream_bytes: number;
}

type Handler = (event: KinesisStreamEvent, context: Context) => Promise<KinesisStreamBatchResponse>;

const LAMBDA_TIMEOUT_MS = 120_000;

let handler: Handler;
let events: Generator<KinesisStreamEvent>;

answerParent<ProgramQuestion>((question) =>
  question.kind === 'warm' ? warm(question) : measure(question),
);

/**
 * Loads the bundle and invokes it with the first batches.
 *
 * @returns the number of records that the warm-up handled.
 */
async function warm({ bundle, load, shard, batches }: ProgramQuestion & { kind: 'warm' }) {
  const { href } = pathToFileURL(bundle);
  handler = ((await import(href)) as { handler: Handler }).handler;
  events = generateBatches(load, shard);
  return invokeWithAll(takeBatches(batches));
}

async function measure({ batches }: ProgramQuestion & { kind: 'measure' }): Promise<ProgramReport> {
  // Generate the batches before the measurement starts, so that their generation is not measured.
  const measured = takeBatches(batches);
  const started_at = performance.now();
  const cpu_before = process.cpuUsage();
  const records = await invokeWithAll(measured);
  const { user, system } = process.cpuUsage(cpu_before);
  return {
    records,
    wall_ms: performance.now() - started_at,
    cpu_ms: (user + system) / 1_000,
    peak_rss_bytes: readPeakRss(),
    ...countStreamBytes(measured),
  };
}

const KB = 1_024;

function countStreamBytes(batches: KinesisStreamEvent[]) {
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

function takeBatches(batches: number): KinesisStreamEvent[] {
  return Array.from({ length: batches }, () => events.next().value!);
}

/**
 * Invokes the handler with one batch after another, as Lambda does for a shard.
 *
 * @throws {Error} if a record failed.
 */
async function invokeWithAll(batches: KinesisStreamEvent[]): Promise<number> {
  for (const [i, event] of batches.entries()) {
    const { batchItemFailures } = await handler(event, buildContext(i));
    if (batchItemFailures.length > 0) {
      throw new Error(`The program failed ${batchItemFailures.length} records of batch ${i}`);
    }
  }
  return batches.reduce((sum, { Records }) => sum + Records.length, 0);
}

function buildContext(i: number): Context {
  const deadline_at = Date.now() + LAMBDA_TIMEOUT_MS;
  return {
    awsRequestId: `request-${i}`,
    functionName: 'bench',
    getRemainingTimeInMillis: () => deadline_at - Date.now(),
  } as Context;
}
