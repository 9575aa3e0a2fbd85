import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { RAW_PREFIX } from '../schemas/index.ts';
import type { BenchCloud } from './cloud.ts';

const POLL_MS = 250;
/**
 * How long the watch waits for a new object in the lake before the watch fails, in milliseconds.
 */
const STALLED_MS = 90_000;

/**
 * Polls the lake until it has a result for each record. Each object in the lake is read only once.
 *
 * @returns the time at which each record's result was first seen. The times come from
 * `performance.now()` and are in milliseconds.
 * @throws {Error} if no new object appears for 90 s.
 */
export async function watchLake(
  { config, stack }: BenchCloud,
  record_ids: string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const s3 = new S3Client(config);
  const Bucket = stack.LakeBucketName;
  const missing = new Set(record_ids);
  const seen = new Map<string, number>();
  const known = new Set<string>();
  let progressed_at = performance.now();
  while (missing.size > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: RAW_PREFIX }),
    );
    const seen_at = performance.now();
    for (const { Key } of Contents) {
      if (known.has(Key!)) continue;
      known.add(Key!);
      progressed_at = seen_at;
      for (const id of await readRecordIds(s3, Bucket, Key!))
        if (missing.delete(id)) seen.set(id, seen_at);
    }
    if (performance.now() - progressed_at > STALLED_MS)
      throw new Error(
        `No new object in the lake for ${STALLED_MS / 1_000} s; ${missing.size} records are missing`,
      );
  }
  s3.destroy();
  return seen;
}

async function readRecordIds(s3: S3Client, Bucket: string, Key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = Buffer.from(await Body!.transformToByteArray());
  const lines = (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { record_id: string }).record_id);
}
