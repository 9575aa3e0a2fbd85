import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { RawLine, RawObjects } from '../../insight/keeper/ports.ts';
import { RAW_PREFIX, ServiceError } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { type Bucket, type BucketDeps, openBucket } from './bucket.ts';

/** Other fields of a line are left as they are. */
const lineSchema = z.looseObject({
  tenant: z.string(),
  source: z.string(),
  record_id: z.string(),
  status: z.string(),
  revision: z.int().optional(),
  first_created_at: z.string().optional(),
  author: z.string().optional(),
  stamp: z.int().optional(),
  created_at: z.string().optional(),
});

const WITHDRAWN_FIELDS = ['text', 'author', 'url', 'attributes'];

export interface RawObjectsDeps extends BucketDeps {
  /** Creates the error for an object that is not gzipped lines of results. */
  createUnreadableError: (message: string) => Error;
}

/** Creates the adapter for the objects that Firehose writes to the lake's bucket. */
export function createRawObjects(deps: RawObjectsDeps): RawObjects {
  const client = deps.client ?? createClient(S3Client);
  const bucket = openBucket({ ...deps, client });
  const readLines = async function* (key: string): AsyncGenerator<z.infer<typeof lineSchema>> {
    const zipped = await bucket.open(key);
    try {
      for await (const line of unzipLines(zipped)) {
        if (line !== '') yield lineSchema.parse(JSON.parse(line));
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      throw deps.createUnreadableError(
        'The object has content that is not gzipped lines of results',
      );
    }
  };
  return {
    lines: (key): AsyncIterable<RawLine> => readLines(key),
    size: (key) => readSize(client, deps.bucket_name, key),
    days: () => listDays(bucket),
    keys: (hour) => bucket.listKeys(`${RAW_PREFIX}${hour}/`),
    async blank(key, isStale) {
      const lines: string[] = [];
      for await (const line of readLines(key)) {
        const kept = Object.entries(line).filter(([name]) => !WITHDRAWN_FIELDS.includes(name));
        lines.push(JSON.stringify(isStale(line) ? Object.fromEntries(kept) : line));
      }
      const command = new PutObjectCommand({
        Bucket: deps.bucket_name,
        Key: key,
        Body: gzipSync(lines.map((line) => `${line}\n`).join('')),
      });
      void (await callService('s3', () => client.send(command)));
    },
  };
}

/** Lists the folders of years, months and days. At most three months are kept at a time. */
async function listDays(bucket: Bucket): Promise<string[]> {
  const days: string[] = [];
  for (const year of await bucket.listFolders(RAW_PREFIX)) {
    for (const month of await bucket.listFolders(`${RAW_PREFIX}${year}/`)) {
      const found = await bucket.listFolders(`${RAW_PREFIX}${year}/${month}/`);
      days.push(...found.map((day) => `${year}-${month}-${day}`));
    }
  }
  return days.sort();
}

async function* unzipLines(zipped: Readable): AsyncGenerator<string> {
  const unzipped = zipped.pipe(createGunzip());
  zipped.once('error', (error) => unzipped.destroy(error));
  yield* createInterface({ input: unzipped, crlfDelay: Infinity });
}

/** Errors of a download are of other kinds. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function readSize(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  Key: string,
): Promise<number | undefined> {
  try {
    const command = new HeadObjectCommand({ Bucket, Key });
    return (await callService('s3', () => client.send(command))).ContentLength ?? 0;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NotFound') return undefined;
    throw error;
  }
}
