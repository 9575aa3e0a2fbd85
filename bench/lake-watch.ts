import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { BenchCloud } from './cloud.ts';

const POLL_MS = 250;
/** Without a new object for this long, something is wrong. */
const STALLED_MS = 90_000;

/**
 * When a result of each record was first seen in the lake: lists what is new, and reads each object once.
 *
 * @throws {Error} where no object comes any more.
 */
export async function lakeWatch(
  { config, stack }: BenchCloud,
  record_ids: string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const s3 = new S3Client(config);
  const Bucket = stack.LakeBucketName;
  const open = new Set(record_ids);
  const seen = new Map<string, number>();
  const known = new Set<string>();
  let moved_at = performance.now();
  while (open.size > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'results/' }),
    );
    const seen_at = performance.now();
    for (const { Key } of Contents) {
      if (known.has(Key!)) continue;
      known.add(Key!);
      moved_at = seen_at;
      for (const id of await idsOf(s3, Bucket, Key!)) if (open.delete(id)) seen.set(id, seen_at);
    }
    if (performance.now() - moved_at > STALLED_MS) throw new Error('The lake gets no object');
  }
  s3.destroy();
  return seen;
}

async function idsOf(s3: S3Client, Bucket: string, Key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = Buffer.from(await Body!.transformToByteArray());
  const lines = (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { record_id: string }).record_id);
}
