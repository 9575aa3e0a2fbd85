import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ErasableObjects, ErasureStates } from '../../operations/erase/ports.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

type Client = Pick<S3Client, 'send'>;

/** Creates the access of an erasure to the objects of a bucket and to their versions. */
export function createErasableObjects(deps: BucketDeps): ErasableObjects {
  const client = deps.client ?? createClient(S3Client);
  const { bucket_name } = deps;
  const bucket = openBucket({ client, bucket_name });
  return {
    keys: (prefix, after) => listKeysAfter(client, { bucket_name, prefix, after }),
    read: bucket.getText,
    write: (key, text) => bucket.put(key, text, 'application/json'),
    delete: bucket.delete,
    async forgetVersions(Key) {
      for await (const VersionId of listOldVersions(client, bucket_name, Key)) {
        const command = new DeleteObjectCommand({ Bucket: bucket_name, Key, VersionId });
        void (await callService('s3', () => client.send(command)));
      }
    },
  };
}

async function* listKeysAfter(
  client: Client,
  {
    bucket_name,
    prefix,
    after,
  }: { bucket_name: string; prefix: string; after?: string | undefined },
): AsyncIterable<string> {
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      ...{ Bucket: bucket_name, Prefix: prefix, StartAfter: after, ContinuationToken },
    });
    const page: ListObjectsV2CommandOutput = await callService('s3', () => client.send(command));
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/**
 * Lists the versions of an object that are not the current one, and its delete markers. The listing has all
 * keys that begin like the key.
 */
async function* listOldVersions(
  client: Client,
  Bucket: string,
  key: string,
): AsyncIterable<string> {
  let markers = {};
  for (;;) {
    const command = new ListObjectVersionsCommand({ Bucket, Prefix: key, ...markers });
    const page: ListObjectVersionsCommandOutput = await callService('s3', () =>
      client.send(command),
    );
    const old = (page.Versions ?? []).filter(({ IsLatest }) => !IsLatest);
    for (const { Key, VersionId } of [...old, ...(page.DeleteMarkers ?? [])]) {
      if (Key === key && VersionId !== undefined) yield VersionId;
    }
    if (!page.IsTruncated) return;
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

const STATES = 'erasures/';

/** Creates the store of the states and reports of erasures, which is the bucket of set-asides. */
export function createErasureStates(deps: BucketDeps): ErasureStates {
  const bucket = openBucket(deps);
  const keyOf = (erasure_id: string) => `${STATES}${erasure_id}.json`;
  return {
    async *ids(prefix) {
      for await (const key of bucket.listKeys(`${STATES}${prefix}`)) {
        yield key.slice(STATES.length, -'.json'.length);
      }
    },
    get: (erasure_id) => bucket.getText(keyOf(erasure_id)),
    put: (erasure_id, state) => bucket.put(keyOf(erasure_id), state, 'application/json'),
  };
}
