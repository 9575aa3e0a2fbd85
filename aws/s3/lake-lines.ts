import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { LakeLines } from '../../operations/ports.ts';
import { type Result, resultSchema } from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

/** The lake's objects as infra/constructs/lake.ts has Firehose write them: gzipped JSON lines, by hour of delivery. */
export function createLakeLines(deps: {
  client?: Pick<S3Client, 'send'>;
  bucket_name: string;
}): LakeLines {
  const client = deps.client ?? quiet(new S3Client({ requestHandler: PATIENCE }));
  const Bucket = deps.bucket_name;
  return {
    async *hour(hour) {
      for await (const Key of keysOf(client, Bucket, prefixOf(new Date(hour)))) {
        yield* linesOf(client, Bucket, Key);
      }
    },
  };
}

function prefixOf(hour: Date): string {
  const [date, time] = hour.toISOString().split('T');
  const [year, month, day] = date!.split('-');
  return `results/year=${year}/month=${month}/day=${day}/hour=${time!.slice(0, 2)}/`;
}

async function* keysOf(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  Prefix: string,
): AsyncIterable<string> {
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }))
      .catch(rethrow);
    for (const { Key } of page.Contents ?? []) yield Key!;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/** @throws {z.ZodError} where a line is no result. */
async function* linesOf(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  Key: string,
): AsyncIterable<Result> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key })).catch(rethrow);
  const unzipped = (Body as Readable).pipe(createGunzip());
  (Body as Readable).once('error', (error) => unzipped.destroy(error));
  for await (const line of createInterface({ input: unzipped, crlfDelay: Infinity })) {
    if (line !== '') yield resultSchema.parse(JSON.parse(line));
  }
}

function rethrow(cause: unknown): never {
  throw serviceError('s3', cause);
}
