import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { LakeLines } from '../../operations/ports.ts';
import { formatHour, RAW_PREFIX, type Result, resultSchema } from '../../schemas/index.ts';
import { type Bucket, type BucketDeps, openBucket } from './bucket.ts';

/**
 * Creates the reader of the objects that Firehose writes to the lake. Each object contains gzipped
 * lines of JSON. Each hour of delivery has a folder.
 */
export function createLakeLines(deps: BucketDeps): LakeLines {
  const bucket = openBucket(deps);
  return {
    async *hour(hour) {
      for await (const key of bucket.listKeys(`${RAW_PREFIX}${formatHour(hour)}/`)) {
        yield* readLines(bucket, key);
      }
    },
  };
}

/**
 * Yields the results of an object.
 *
 * @throws {z.ZodError} if a line is not a result.
 */
async function* readLines(bucket: Bucket, key: string): AsyncIterable<Result> {
  const zipped = await bucket.open(key);
  const unzipped = zipped.pipe(createGunzip());
  zipped.once('error', (error) => unzipped.destroy(error));
  for await (const line of createInterface({ input: unzipped, crlfDelay: Infinity })) {
    if (line !== '') yield resultSchema.parse(JSON.parse(line));
  }
}
