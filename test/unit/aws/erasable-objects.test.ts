import { DeleteObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createErasableObjects } from '../../../aws/s3/erasable-objects.ts';

const s3 = mockClient(S3Client);
beforeEach(() => void s3.reset());

const version = (Key: string, VersionId: string, IsLatest = false) => ({
  Key,
  VersionId,
  IsLatest,
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
it('old versions and delete markers of an object are deleted, page after page; its current version and other keys stay', async () => {
  s3.on(ListObjectVersionsCommand)
    .resolvesOnce({
      Versions: [version('a', 'current', true), version('a', 'old')],
      IsTruncated: true,
      NextKeyMarker: 'a',
      NextVersionIdMarker: 'old',
    })
    .resolvesOnce({
      Versions: [version('a', 'older'), version('ab', 'of another key')],
      DeleteMarkers: [version('a', 'marker', true)],
    });
  s3.on(DeleteObjectCommand).resolves({});
  await createErasableObjects({ bucket_name: 'bucket' }).forgetVersions('a');
  const deleted = s3.commandCalls(DeleteObjectCommand).map(({ args: [{ input }] }) => input);
  expect(deleted).toEqual(
    ['old', 'older', 'marker'].map((VersionId) => ({ Bucket: 'bucket', Key: 'a', VersionId })),
  );
  const [, second] = s3.commandCalls(ListObjectVersionsCommand);
  expect(second?.args[0].input).toEqual({
    ...{ Bucket: 'bucket', Prefix: 'a', KeyMarker: 'a', VersionIdMarker: 'old' },
  });
});
