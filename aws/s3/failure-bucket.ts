import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { FailureReports, Marks } from '../../operations/ports.ts';
import { failureReportSchema, restoredMarkSchema, ServiceError } from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

const REPORTS = 'aws/lambda/';
const MARKS = 'restored/';

interface BucketDeps {
  client?: Pick<S3Client, 'send'>;
  bucket_name: string;
}

/** The failure destination of the consumer's event source mapping. */
export function createFailureReports(deps: BucketDeps): FailureReports {
  const client = clientOf(deps);
  const Bucket = deps.bucket_name;
  return {
    async *keys() {
      let ContinuationToken: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client
          .send(new ListObjectsV2Command({ Bucket, Prefix: REPORTS, ContinuationToken }))
          .catch(rethrow);
        for (const { Key } of page.Contents ?? []) yield Key!;
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async read(key) {
      const text = await readText(client, Bucket, key);
      return text === undefined ? undefined : failureReportSchema.parse(JSON.parse(text));
    },
  };
}

/** Marks beside what they are of, in the same bucket: they go when it does. */
export function createMarks(deps: BucketDeps): Marks {
  const client = clientOf(deps);
  const Bucket = deps.bucket_name;
  const keyOf = (key: string) => `${MARKS}${key}.json`;
  return {
    async get(key) {
      const text = await readText(client, Bucket, keyOf(key));
      return text === undefined ? undefined : restoredMarkSchema.parse(JSON.parse(text));
    },
    async put(key, mark) {
      const Body = JSON.stringify(mark);
      const ContentType = 'application/json';
      await client
        .send(new PutObjectCommand({ Bucket, Key: keyOf(key), Body, ContentType }))
        .catch(rethrow);
    },
  };
}

function clientOf({ client }: BucketDeps): Pick<S3Client, 'send'> {
  return client ?? quiet(new S3Client({ requestHandler: PATIENCE }));
}

async function readText(
  client: Pick<S3Client, 'send'>,
  Bucket: string,
  Key: string,
): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key })).catch(rethrow);
    return await Body!.transformToString().catch(rethrow);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

function rethrow(cause: unknown): never {
  throw serviceError('s3', cause);
}
