import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { TestCloud } from '../support/cloud.ts';
import type { MeterEntry } from '../support/observe.ts';

/** Counts since the start of the cloud. */
export interface Counts {
  /** Calls of the live consumer that got a slot, and how long they waited for their slots. */
  live_calls: number;
  live_waited_ms: number;
  /** Calls of both consumers to Comprehend, and how many of them were throttled. */
  calls: number;
  throttled: number;
}

export async function readCounts(test: TestCloud): Promise<Counts> {
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  const comprehend = entries.filter(({ action }) => action === 'BatchDetectSentiment');
  const batches = await readLiveBatches(test.data_dir);
  return {
    live_calls: batches.reduce((sum, { quota_calls }) => sum + quota_calls, 0),
    live_waited_ms: batches.reduce((sum, { quota_waited_ms }) => sum + quota_waited_ms, 0),
    calls: comprehend.reduce((sum, { calls }) => sum + calls, 0),
    throttled: comprehend.reduce((sum, { errors }) => sum + (errors.ThrottlingException ?? 0), 0),
  };
}

interface Batch {
  quota_calls: number;
  quota_waited_ms: number;
}

/** Reads the lines `batch processed` of the live consumer. */
async function readLiveBatches(data_dir: string): Promise<Batch[]> {
  const folder = join(data_dir, 'logs');
  const names = (await readdir(folder)).filter((name) => name.includes('-ConsumerHandler'));
  const logs = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return logs
    .flatMap((log) => log.split('\n'))
    .filter((line) => line.includes('"batch processed"'))
    .map((line) => (JSON.parse(line) as { quota: Batch }).quota);
}

/** Counts the objects in the failure bucket. */
export async function countFailures({ clients, stack }: TestCloud): Promise<number> {
  const command = new ListObjectsV2Command({ Bucket: stack.FailureBucketName });
  return (await clients.s3.send(command)).KeyCount ?? 0;
}
