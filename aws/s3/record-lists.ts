import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { RecordLists } from '../../jobs/ports.ts';
import { RECORD_LISTS_PREFIX, recordListKey, recordListPageSchema } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

/** Creates a client for the record lists of jobs in the input bucket. A page is an object of JSON in gzip. */
export function createRecordLists(deps: BucketDeps): RecordLists {
  const client = deps.client ?? createClient(S3Client);
  const bucket = openBucket({ ...deps, client });
  return {
    async put(job, page, records) {
      const command = new PutObjectCommand({
        ...{ Bucket: deps.bucket_name, Key: recordListKey(job, page) },
        ...{ Body: gzipSync(JSON.stringify(records)), ContentType: 'application/gzip' },
      });
      void (await callService('s3', () => client.send(command)));
    },
    async get(job, page) {
      const bytes = await bucket.getBytes(recordListKey(job, page));
      if (bytes === undefined) return undefined;
      return recordListPageSchema.parse(JSON.parse(gunzipSync(bytes).toString()));
    },
  };
}

/** Yields the ids of the jobs whose record lists are kept, in alphabetical order. */
export async function* listListedJobs(deps: BucketDeps): AsyncIterable<string> {
  const client = deps.client ?? createClient(S3Client);
  const place = { Bucket: deps.bucket_name, Prefix: RECORD_LISTS_PREFIX, Delimiter: '/' };
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...place, ContinuationToken });
    const page: ListObjectsV2CommandOutput = await callService('s3', () => client.send(command));
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) {
      yield Prefix.slice(RECORD_LISTS_PREFIX.length, -1);
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}
