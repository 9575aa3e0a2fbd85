import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AuditStore, StoredObject } from '../../audit/ports.ts';
import { createClient } from '../clients.ts';
import { callService, httpStatus, translateError } from '../errors.ts';
import { type BucketDeps, openBucket } from './bucket.ts';

const PRECONDITION_FAILED = 412;

/**
 * Creates the store of the audit trail in a bucket with object lock. Objects are only created: S3
 * refuses to write to a key that has an object. The SDK sends the checksum that S3 demands of an upload
 * to a bucket with a default retention.
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
export function createAuditBucket(deps: BucketDeps): AuditStore {
  const client = deps.client ?? createClient(S3Client);
  const Bucket = deps.bucket_name;
  const { getText } = openBucket({ ...deps, client });
  return {
    getText,
    async put(Key, Body) {
      const ContentType = 'application/json';
      const input = { Bucket, Key, Body, ContentType, IfNoneMatch: '*' };
      try {
        void (await client.send(new PutObjectCommand(input)));
        return 'written';
      } catch (cause) {
        if (httpStatus(cause) === PRECONDITION_FAILED) return 'exists';
        throw translateError('s3', cause);
      }
    },
    async *list(Prefix) {
      let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
      let last: StoredObject | undefined;
      while (marker !== undefined) {
        const command = new ListObjectVersionsCommand({ Bucket, Prefix, ...marker });
        const page: ListObjectVersionsCommandOutput = await callService('s3', () =>
          client.send(command),
        );
        for (const object of groupVersions(page, last)) {
          if (last !== undefined && last.key !== object.key) yield last;
          last = object;
        }
        marker = nextMarker(page);
      }
      if (last !== undefined) yield last;
    },
  };
}

function nextMarker({
  IsTruncated,
  NextKeyMarker,
  NextVersionIdMarker,
}: ListObjectVersionsCommandOutput) {
  if (!IsTruncated || NextKeyMarker === undefined) return undefined;
  const KeyMarker = NextKeyMarker;
  return NextVersionIdMarker === undefined
    ? { KeyMarker }
    : { KeyMarker, VersionIdMarker: NextVersionIdMarker };
}

/**
 * Counts the versions of each key of a page. The versions of a key are together and begin with the
 * latest, but a page may end between them.
 *
 * @param before the last object of the page before.
 */
function groupVersions(
  { Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput,
  before: StoredObject | undefined,
): StoredObject[] {
  const objects = new Map<string, StoredObject>();
  if (before !== undefined) objects.set(before.key, before);
  const find = (key: string) => objects.get(key) ?? { key, versions: 0, is_deleted: false };
  for (const { Key = '' } of Versions) {
    const object = find(Key);
    objects.set(Key, { ...object, versions: object.versions + 1 });
  }
  for (const { Key = '', IsLatest = false } of DeleteMarkers) {
    const object = find(Key);
    objects.set(Key, { ...object, is_deleted: object.is_deleted || IsLatest });
  }
  return [...objects.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
