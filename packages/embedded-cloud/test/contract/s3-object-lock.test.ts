import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import { createS3 } from '../../src/services/s3/s3.ts';
import { bootSmallCloud } from '../support/boot-small-cloud.ts';

const START = Date.UTC(2026, 10, 27, 10, 0, 0);
const DAY_MS = 86_400_000;

let dataDir: string;
let served: ServedService;
let s3: S3Client;
let count = 0;
let Bucket: string;
let now = START;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 's3-lock-'));
  served = await serveService(createS3({ dataDir, now: () => now }));
  s3 = new S3Client(clientConfig(served.endpoint));
});
beforeEach(async () => {
  now = START;
  Bucket = `locked-${count++}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
});
afterAll(async () => {
  s3.destroy();
  await served.close();
  await rm(dataDir, { recursive: true });
});

const setDefault = (Mode: ObjectLockRetentionMode, retention: { Days?: number; Years?: number }) =>
  s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode, ...retention } },
      },
    }),
  );
const put = (Key: string, Body = 'text', rest = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const lockFor = (mode: ObjectLockRetentionMode, days = 1) => ({
  ObjectLockMode: mode,
  ObjectLockRetainUntilDate: new Date(START + days * DAY_MS),
});
const read = async (Key: string, VersionId?: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToString();
const remove = (Key: string, VersionId?: string, BypassGovernanceRetention?: boolean) =>
  s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention }));
const setRetention = (
  Key: string,
  retention: { Mode?: ObjectLockRetentionMode; RetainUntilDate?: Date },
  BypassGovernanceRetention?: boolean,
) =>
  s3.send(
    new PutObjectRetentionCommand({ Bucket, Key, Retention: retention, BypassGovernanceRetention }),
  );
const listVersions = (rest = {}) => s3.send(new ListObjectVersionsCommand({ Bucket, ...rest }));
const isDenied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
describe('a locked version', () => {
  it.each(['GOVERNANCE', 'COMPLIANCE'] as const)(
    'cannot be deleted in mode %s until its retention has ended',
    async (mode) => {
      const { VersionId } = await put('a', 'text', lockFor(mode));
      await expect(remove('a', VersionId)).rejects.toMatchObject(isDenied);
      expect(await read('a')).toBe('text');
      now = START + DAY_MS;
      await remove('a', VersionId);
      await expect(read('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    },
  );

  it('can be deleted in governance mode with a bypass, and in compliance mode not', async () => {
    const governed = await put('a', 'text', lockFor('GOVERNANCE'));
    const compliant = await put('b', 'text', lockFor('COMPLIANCE'));
    await remove('a', governed.VersionId, true);
    await expect(read('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(remove('b', compliant.VersionId, true)).rejects.toMatchObject(isDenied);
  });

  it('stays when its key is written again or deleted, and can be read by its version', async () => {
    const first = await put('a', 'first', lockFor('COMPLIANCE'));
    await put('a', 'second');
    expect(await read('a')).toBe('second');
    expect(await read('a', first.VersionId)).toBe('first');
    const marker = await remove('a');
    expect(marker.DeleteMarker).toBe(true);
    await expect(read('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await read('a', first.VersionId)).toBe('first');
    await remove('a', marker.VersionId);
    expect(await read('a')).toBe('second');
  });

  it('is refused with an error of its own when many objects are deleted', async () => {
    const one = await put('a', 'text', lockFor('COMPLIANCE'));
    const two = await put('b');
    const Objects = [
      { Key: 'a', VersionId: one.VersionId },
      { Key: 'b', VersionId: two.VersionId },
    ];
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Errors).toMatchObject([{ Key: 'a', Code: 'AccessDenied' }]);
    expect(answer.Deleted).toMatchObject([{ Key: 'b' }]);
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
describe('a retention', () => {
  const until = (days: number) => new Date(START + days * DAY_MS);

  it('can be extended in both modes', async () => {
    for (const Mode of ['GOVERNANCE', 'COMPLIANCE'] as const) {
      await put(Mode, 'text', lockFor(Mode, 2));
      await setRetention(Mode, { Mode, RetainUntilDate: until(3) });
      const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket, Key: Mode }));
      expect(Retention).toEqual({ Mode, RetainUntilDate: until(3) });
    }
  });

  it('can be shortened or removed in governance mode only with a bypass', async () => {
    await put('a', 'text', lockFor('GOVERNANCE', 2));
    const shorter = { Mode: 'GOVERNANCE', RetainUntilDate: until(1) } as const;
    await expect(setRetention('a', shorter)).rejects.toMatchObject(isDenied);
    await expect(setRetention('a', {})).rejects.toMatchObject(isDenied);
    await setRetention('a', shorter, true);
    await setRetention('a', {}, true);
    const { ObjectLockMode } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    expect(ObjectLockMode).toBeUndefined();
  });

  it('cannot be shortened, removed or made governance in compliance mode, not with a bypass either', async () => {
    await put('a', 'text', lockFor('COMPLIANCE', 2));
    for (const change of [
      { Mode: 'COMPLIANCE', RetainUntilDate: until(1) },
      { Mode: 'GOVERNANCE', RetainUntilDate: until(3) },
      {},
    ] as const) {
      await expect(setRetention('a', change, true)).rejects.toMatchObject(isDenied);
    }
  });

  it('of the past is refused', async () => {
    await expect(put('a', 'text', lockFor('GOVERNANCE', -1))).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'The retain until date must be in the future!',
    });
  });

  it('needs both a mode and a date', async () => {
    const { ObjectLockMode } = lockFor('GOVERNANCE');
    await expect(put('a', 'text', { ObjectLockMode })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
describe('the default retention of a bucket', () => {
  it('locks each new object, unless its upload names another', async () => {
    await setDefault('COMPLIANCE', { Days: 2 });
    await put('a');
    await put('b', 'text', lockFor('GOVERNANCE', 5));
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(await head('a')).toMatchObject({
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(START + 2 * DAY_MS),
    });
    expect(await head('b')).toMatchObject(lockFor('GOVERNANCE', 5));
  });

  it('does not lock objects that exist', async () => {
    const { VersionId } = await put('a');
    await setDefault('COMPLIANCE', { Days: 2 });
    await remove('a', VersionId);
    expect((await listVersions()).Versions).toBeUndefined();
  });

  it('is read back in days, and has either days or years', async () => {
    await setDefault('GOVERNANCE', { Years: 1 });
    const answer = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(answer.ObjectLockConfiguration?.Rule?.DefaultRetention).toEqual({
      Mode: 'GOVERNANCE',
      Days: 365,
    });
    await expect(setDefault('GOVERNANCE', { Days: 1, Years: 1 })).rejects.toMatchObject({
      name: 'MalformedXML',
    });
    await expect(setDefault('GOVERNANCE', { Days: 0 })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(setDefault('GOVERNANCE', { Years: 101 })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
it('an upload with a retention needs a checksum of its bytes', async () => {
  const plain = new S3Client({
    ...clientConfig(served.endpoint),
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await setDefault('GOVERNANCE', { Days: 1 });
  // The SDK would add the checksum, because its model of the operation demands it.
  plain.middlewareStack.add(
    (next) => (call) => {
      const { headers } = call.request as { headers: Record<string, string> };
      for (const name of Object.keys(headers)) {
        if (/^x-amz-(checksum|sdk-checksum)|^content-md5$/i.test(name)) delete headers[name];
      }
      return next(call);
    },
    { step: 'build', priority: 'low' },
  );
  const upload = plain.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'text' }));
  await expect(upload).rejects.toMatchObject({ name: 'InvalidRequest' });
  plain.destroy();
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
it('a bucket without object lock refuses retentions and a default retention, and has no configuration', async () => {
  const plain = `plain-${count++}`;
  await s3.send(new CreateBucketCommand({ Bucket: plain }));
  Bucket = plain;
  await expect(put('a', 'text', lockFor('GOVERNANCE'))).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: 'Bucket is missing Object Lock Configuration',
  });
  await expect(setDefault('GOVERNANCE', { Days: 1 })).rejects.toMatchObject({
    name: 'InvalidBucketState',
  });
  await expect(s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).rejects.toMatchObject({
    name: 'ObjectLockConfigurationNotFoundError',
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
it('ListObjectVersions lists versions and delete markers page by page, the latest of a key first', async () => {
  await put('a', '1');
  await put('a', '2');
  await put('b', '3');
  await remove('a');
  const all = await listVersions();
  expect(all.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);
  expect(all.Versions).toMatchObject([
    { Key: 'a', IsLatest: false },
    { Key: 'a', IsLatest: false },
    { Key: 'b', IsLatest: true },
  ]);
  const listed: unknown[] = [];
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (let page = 0; page < 4; page += 1) {
    const answer = await listVersions({ MaxKeys: 1, ...marker });
    listed.push(...(answer.DeleteMarkers ?? []), ...(answer.Versions ?? []));
    marker = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker };
    expect(answer.IsTruncated).toBe(page < 3);
  }
  expect(listed).toEqual([...(all.DeleteMarkers ?? []), ...(all.Versions ?? [])]);
  expect((await listVersions({ Prefix: 'b' })).Versions).toHaveLength(1);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['b']);
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
it('an upload that demands a free key is refused, and may write after a delete marker', async () => {
  await put('a', '1', { IfNoneMatch: '*' });
  await expect(put('a', '2', { IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await remove('a');
  await put('a', '3', { IfNoneMatch: '*' });
  expect(await read('a')).toBe('3');
});

it('a version that does not exist, and a delete marker, cannot be read', async () => {
  await put('a');
  const { VersionId } = await remove('a');
  await expect(read('a', 'none')).rejects.toMatchObject({ name: 'NoSuchVersion' });
  await expect(read('a', VersionId)).rejects.toMatchObject({
    $metadata: { httpStatusCode: 405 },
  });
});

it('copies and uploads in parts to a bucket with an object lock are not emulated', async () => {
  await put('a');
  await expect(
    s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` })),
  ).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(
    s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' })),
  ).rejects.toMatchObject({ name: 'NotImplemented' });
});

it('locks and versions survive a restart', async () => {
  const { VersionId } = await put('a', 'text', lockFor('COMPLIANCE'));
  const again = await serveService(createS3({ dataDir, now: () => now }));
  const client = new S3Client(clientConfig(again.endpoint));
  const removing = client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
  await expect(removing).rejects.toMatchObject(isDenied);
  client.destroy();
  await again.close();
});

it('the object lock of the template applies to its bucket', async () => {
  const booted = await bootSmallCloud({
    Locked: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'trail',
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
        },
      },
    },
  });
  const client = new S3Client({ ...booted.config, forcePathStyle: true });
  const key = { Bucket: 'trail', Key: 'a' };
  const { VersionId } = await client.send(new PutObjectCommand({ ...key, Body: 'text' }));
  const removing = client.send(new DeleteObjectCommand({ ...key, VersionId }));
  await expect(removing).rejects.toMatchObject(isDenied);
  client.destroy();
  await booted.stop();
});
