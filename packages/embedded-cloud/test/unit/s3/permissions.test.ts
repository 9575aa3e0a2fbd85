import { expect, it } from 'vitest';
import type { AwsCall } from '../../../src/gateway/types.ts';
import { createS3 } from '../../../src/services/s3/s3.ts';

const s3 = createS3({ dataDir: '/nowhere', now: () => 0 });

function listPermissions(method: string, url: string, headers = {}, body = ''): unknown {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const addressed = { service: 's3', method, path: pathname, query: searchParams, headers };
  const call = { ...addressed, body: Buffer.from(body), caller: { access_key_id: 'a', name: 'f' } };
  return s3.permissionsOf({ ...call, action: s3.actionOf(call) } satisfies AwsCall);
}
const on = (action: string, resource: string) => ({ action, resource: `arn:aws:s3:::${resource}` });

it.each([
  ['PUT', '/b/a/k%20y', 's3:PutObject', 'b/a/k y'],
  ['GET', '/b/key', 's3:GetObject', 'b/key'],
  ['HEAD', '/b/key', 's3:GetObject', 'b/key'],
  ['DELETE', '/b/key', 's3:DeleteObject', 'b/key'],
  ['GET', '/b?list-type=2', 's3:ListBucket', 'b'],
  ['HEAD', '/b', 's3:ListBucket', 'b'],
  ['POST', '/b/key?uploads', 's3:PutObject', 'b/key'],
  ['PUT', '/b/key?uploadId=1&partNumber=1', 's3:PutObject', 'b/key'],
  ['POST', '/b/key?uploadId=1', 's3:PutObject', 'b/key'],
  ['DELETE', '/b/key?uploadId=1', 's3:AbortMultipartUpload', 'b/key'],
])('%s %s needs the permission %s', (method, url, action, resource) => {
  expect(listPermissions(method, url)).toEqual([on(action, resource)]);
});

it('CopyObject needs permissions for the source and the target', () => {
  expect(listPermissions('PUT', '/b/to', { 'x-amz-copy-source': '/c/from' })).toEqual([
    on('s3:PutObject', 'b/to'),
    on('s3:GetObject', 'c/from'),
  ]);
});

it('DeleteObjects needs a permission for each key', () => {
  const body = '<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key></Object></Delete>';
  expect(listPermissions('POST', '/b?delete', {}, body)).toEqual([
    on('s3:DeleteObject', 'b/a&b'),
    on('s3:DeleteObject', 'b/c'),
  ]);
});
