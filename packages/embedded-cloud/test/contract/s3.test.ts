import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import { createS3 } from '../../src/services/s3/s3.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 0);
const MIB = 1024 ** 2;

let dataDir: string;
let served: ServedService;
let s3: S3Client;
let count = 0;
let Bucket: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 's3-'));
  served = await serveService(createS3({ dataDir, now: () => NOW }));
  s3 = new S3Client(clientConfig(served.endpoint));
});
beforeEach(async () => {
  Bucket = `bucket-${count++}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  await served.close();
  await rm(dataDir, { recursive: true });
});

const put = (Key: string, Body: string | Buffer | Readable = 'text', rest = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const get = (Key: string, rest = {}) => s3.send(new GetObjectCommand({ Bucket, Key, ...rest }));
const text = async (Key: string, rest = {}) => (await get(Key, rest)).Body!.transformToString();
const list = (rest = {}) => s3.send(new ListObjectsV2Command({ Bucket, ...rest }));
const keys = async (rest = {}) => (await list(rest)).Contents?.map(({ Key }) => Key) ?? [];

it('GetObject returns the bytes, type, encoding and metadata of an object', async () => {
  const { ETag } = await put('a/b.json', '{"a":1}', {
    ContentType: 'application/json',
    ContentEncoding: 'identity',
    CacheControl: 'no-cache',
    Metadata: { origin: 'test' },
  });
  const found = await get('a/b.json');
  expect(await found.Body!.transformToString()).toBe('{"a":1}');
  expect(found).toMatchObject({
    ETag,
    ContentType: 'application/json',
    ContentEncoding: 'identity',
    CacheControl: 'no-cache',
    ContentLength: 7,
    Metadata: { origin: 'test' },
    LastModified: new Date(NOW),
  });
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b.json' }));
  expect(head).toMatchObject({ ETag, ContentLength: 7, Metadata: { origin: 'test' } });
});

it('an object is a plain file at the path of its key', async () => {
  await put('results/year=2026/month=11/x.gz', 'bytes');
  const file = join(dataDir, Bucket, 'results/year=2026/month=11/x.gz');
  expect(await readFile(file, 'utf8')).toBe('bytes');
  expect(await readdir(join(dataDir, '.tmp'))).toEqual([]);
});

it.each([0, 1, 100, 3 * MIB])(
  'a streamed object of %i bytes is stored without its framing',
  async (size) => {
    const body = randomBytes(size);
    await put('stream', Readable.from([body.subarray(0, 7), body.subarray(7)]), {
      ContentLength: size,
    });
    expect(served.calls.at(-1)!.headers['content-encoding']).toBe('aws-chunked');
    const found = await get('stream');
    expect(found.ContentEncoding).toBeUndefined();
    expect(Buffer.from(await found.Body!.transformToByteArray()).equals(body)).toBe(true);
  },
);

it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'an object with a %s checksum is returned with a checksum that the client verifies',
  async (ChecksumAlgorithm) => {
    await put('sum', Readable.from(['some bytes']), { ContentLength: 10, ChecksumAlgorithm });
    const found = await get('sum');
    expect(found[`Checksum${ChecksumAlgorithm}`]).toBeTypeOf('string');
    expect(await found.Body!.transformToString()).toBe('some bytes');
  },
);

it.each([
  { ChecksumCRC32: 'AAAAAA==' },
  { ChecksumCRC32C: 'AAAAAA==' },
  { ChecksumSHA256: Buffer.alloc(32).toString('base64') },
  { ContentMD5: Buffer.alloc(16).toString('base64') },
])('an object whose bytes do not match %o is refused and not stored', async (checksum) => {
  await expect(put('bad', 'text', checksum)).rejects.toMatchObject({ name: 'BadDigest' });
  await expect(get('bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

it('an object with an invalid Content-MD5 is refused', async () => {
  await expect(put('bad', 'text', { ContentMD5: 'nonsense' })).rejects.toMatchObject({
    name: 'InvalidDigest',
  });
});

it('an object over 5 GiB is refused by its announced length', async () => {
  const [call] = served.calls.slice(-1);
  const reply = await createS3({ dataDir, now: () => NOW }).handle({
    ...call!,
    action: 'PutObject',
    method: 'PUT',
    path: `/${Bucket}/large`,
    headers: { 'content-length': String(5 * 1024 ** 3 + 1) },
  });
  expect(reply).toMatchObject({ status: 400, body: expect.stringContaining('EntityTooLarge') });
});

it('an object with more than 2 KB of metadata is refused', async () => {
  await expect(put('a', '', { Metadata: { long: 'x'.repeat(2_048) } })).rejects.toMatchObject({
    name: 'MetadataTooLarge',
  });
});

it('DeleteObject removes an object and succeeds when it is already deleted', async () => {
  await put('a/b/c');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b/c' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b/c' }));
  await expect(get('a/b/c')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(await readdir(join(dataDir, Bucket))).toEqual([]);
});

it.each([
  ['bytes=0-3', '0123', 'bytes 0-3/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-2', '89', 'bytes 8-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
])('the range %s of an object is %s', async (Range, expected, ContentRange) => {
  await put('digits', '0123456789');
  const found = await get('digits', { Range });
  expect(await found.Body!.transformToString()).toBe(expected);
  expect(found).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
});

it('a range beyond the end of an object is refused with InvalidRange', async () => {
  await put('digits', '0123456789');
  await expect(get('digits', { Range: 'bytes=10-' })).rejects.toMatchObject({
    name: 'InvalidRange',
    $metadata: { httpStatusCode: 416 },
  });
});

it('GetObject replies with 304 or 412 by the ETag', async () => {
  const { ETag } = await put('a');
  await expect(get('a', { IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(get('a', { IfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  expect(await text('a', { IfMatch: ETag, IfNoneMatch: '"other"' })).toBe('text');
});

it('a missing bucket or key is reported as NoSuchBucket or NoSuchKey', async () => {
  await expect(get('none')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(
    s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' })),
  ).rejects.toMatchObject({ name: 'NoSuchBucket' });
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
});

it('concurrent puts with If-None-Match: * succeed once', async () => {
  const writes = Array.from({ length: 8 }, (_, i) => put('once', `${i}`, { IfNoneMatch: '*' }));
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toMatchObject({
        name: 'PreconditionFailed',
        $metadata: { httpStatusCode: 412 },
      });
    }
  }
});

it('a put with If-Match replaces only the version with that ETag', async () => {
  const { ETag } = await put('a', 'one');
  await put('a', 'two', { IfMatch: ETag });
  await expect(put('a', 'three', { IfMatch: ETag })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  expect(await text('a')).toBe('two');
});

describe('a key', () => {
  const KEYS = [
    '../../escape',
    '..',
    '.',
    'a/../b',
    'a//b',
    'folder/',
    '/leading',
    'per%cent%2F',
    'nul\u0001',
    'a+b c&d<e>"f\'g',
    'ümlaut/日本/🎉',
    'x'.repeat(1_024),
    `${'y'.repeat(300)}/z`,
    'year=2026/month=11/a.json',
    'both',
    'both/inside',
    'both.json/inside',
    '.meta/bucket/key.json',
    'question?mark#hash',
  ];

  it('a key of any characters stores its own bytes inside its bucket', async () => {
    for (const key of KEYS)
      await put(key, `of ${key}`, { Metadata: { index: `${KEYS.indexOf(key)}` } });
    for (const key of KEYS) {
      const found = await get(key);
      expect(await found.Body!.transformToString()).toBe(`of ${key}`);
      expect(found.Metadata).toEqual({ index: `${KEYS.indexOf(key)}` });
    }
    expect(await keys()).toEqual(
      [...KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(await keys({ EncodingType: 'url', MaxKeys: 2 })).toHaveLength(2);
    for (const key of KEYS) await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    expect(await readdir(join(dataDir, Bucket))).toEqual([]);
    expect(await readdir(join(dataDir, '.meta', Bucket))).toEqual([]);
  });

  it('a key may be a prefix of another key, in either order of creation', async () => {
    await put('a/b', 'inner');
    await put('a', 'outer');
    expect([await text('a'), await text('a/b')]).toEqual(['outer', 'inner']);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b' }));
    expect(await text('a')).toBe('outer');
    await put('a', 'again');
    expect(await text('a')).toBe('again');
    expect(await keys()).toEqual(['a']);
  });

  it('a key over 1,024 bytes is refused', async () => {
    await expect(put('k'.repeat(1_025))).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });
});

describe('a listing', () => {
  const KEYS = ['a.txt', 'a/1', 'a/2', 'a/b/3', 'b/4', 'c&<>.txt'];

  beforeEach(async () => {
    for (const key of KEYS) await put(key);
  });

  it('a listing returns sorted keys with size, ETag and date', async () => {
    const { Contents, KeyCount, IsTruncated } = await list();
    expect(Contents?.map(({ Key }) => Key)).toEqual(KEYS);
    expect(Contents?.[0]).toMatchObject({
      Size: 4,
      ETag: '"1cb251ec0d568de6a929b520c4aed8d1"',
      LastModified: new Date(NOW),
    });
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 6, IsTruncated: false });
  });

  it('a listing respects its prefix and starts after a key', async () => {
    expect(await keys({ Prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(await keys({ Prefix: 'a/b' })).toEqual(['a/b/3']);
    expect(await keys({ StartAfter: 'a/2' })).toEqual(['a/b/3', 'b/4', 'c&<>.txt']);
    expect(await keys({ Prefix: 'none' })).toEqual([]);
  });

  it('a listing groups keys by the delimiter', async () => {
    const { Contents, CommonPrefixes } = await list({ Delimiter: '/' });
    expect(Contents?.map(({ Key }) => Key)).toEqual(['a.txt', 'c&<>.txt']);
    expect(CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/']);
  });

  it.each([{}, { Delimiter: '/' }, { Prefix: 'a/', Delimiter: '/' }])(
    'a listing of %o in pages of one returns each entry once',
    async (asked) => {
      const whole = await list(asked);
      const found: unknown[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await list({ ...asked, MaxKeys: 1, ContinuationToken });
        expect(page.KeyCount).toBe(1);
        for (const { Key } of page.Contents ?? []) found.push(Key);
        for (const { Prefix } of page.CommonPrefixes ?? []) found.push(Prefix);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      const names = [
        ...(whole.Contents ?? []).map(({ Key }) => Key),
        ...(whole.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      ];
      expect(found).toEqual(names.sort());
    },
  );

  it('a listing refuses an unknown continuation token', async () => {
    await expect(list({ ContinuationToken: '???' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });
});

it('DeleteObjects removes up to 1,000 objects', async () => {
  await put('a&b');
  await put('c');
  const Objects = [{ Key: 'a&b' }, { Key: 'c' }, { Key: 'never there' }];
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted?.map(({ Key }) => Key)).toEqual(['a&b', 'c', 'never there']);
  expect(await keys()).toEqual([]);
  const many = Array.from({ length: 1_001 }, (_, i) => ({ Key: `${i}` }));
  await expect(
    s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: many } })),
  ).rejects.toMatchObject({ name: 'MalformedXML' });
});

it('CopyObject copies or replaces the metadata', async () => {
  await put('from here', 'bytes', { ContentType: 'text/plain', Metadata: { a: '1' } });
  const CopySource = `${Bucket}/from%20here`;
  const { CopyObjectResult } = await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'to', CopySource }),
  );
  expect(await get('to')).toMatchObject({
    ...CopyObjectResult,
    ContentType: 'text/plain',
    Metadata: { a: '1' },
  });
  await s3.send(
    new CopyObjectCommand({
      Bucket,
      Key: 'from here',
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
    }),
  );
  expect((await get('from here')).Metadata).toEqual({ b: '2' });
  await expect(
    s3.send(new CopyObjectCommand({ Bucket, Key: 'from here', CopySource })),
  ).rejects.toMatchObject({ name: 'InvalidRequest' });
});

describe('a multipart upload', () => {
  const start = async (Key: string) => {
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/csv' }),
    );
    return UploadId!;
  };
  const part = async (Key: string, UploadId: string, PartNumber: number, Body: Buffer) => {
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag };
  };
  const complete = (
    Key: string,
    UploadId: string,
    Parts: { PartNumber: number; ETag: string | undefined }[],
  ) =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );

  it('a multipart upload becomes one object of the latest parts in their order', async () => {
    const id = await start('big');
    const [first, second] = [randomBytes(5 * MIB), randomBytes(10)];
    const two = await part('big', id, 2, second);
    await part('big', id, 1, second);
    const one = await part('big', id, 1, first);
    const { ETag } = await complete('big', id, [one, two]);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const found = await get('big');
    expect(found).toMatchObject({ ETag, ContentType: 'text/csv', ContentLength: 5 * MIB + 10 });
    const bytes = Buffer.from(await found.Body!.transformToByteArray());
    expect(bytes.equals(Buffer.concat([first, second]))).toBe(true);
    await expect(complete('big', id, [one, two])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('a multipart upload with a wrong order, a wrong part or a too small part is refused', async () => {
    const id = await start('big');
    const one = await part('big', id, 1, Buffer.from('small'));
    const two = await part('big', id, 2, Buffer.from('small too'));
    const expectRefusal = (
      parts: { PartNumber: number; ETag: string | undefined }[],
      name: string,
    ) => expect(complete('big', id, parts)).rejects.toMatchObject({ name });
    await expectRefusal([two, one], 'InvalidPartOrder');
    await expectRefusal([{ ...one, ETag: two.ETag! }], 'InvalidPart');
    await expectRefusal([one, two], 'EntityTooSmall');
    await expect(part('big', id, 10_001, Buffer.alloc(1))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    expect(await keys()).toEqual([]);
  });

  it('an aborted multipart upload no longer exists', async () => {
    const id = await start('big');
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId: id }));
    await expect(part('big', id, 1, Buffer.from('x'))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    await expect(part('big', '../../x', 1, Buffer.from('x'))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });
});

it('a bucket is listed, found by HeadBucket, and has a location', async () => {
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toContain(Bucket);
  await s3.send(new HeadBucketCommand({ Bucket }));
  await s3.send(new GetBucketLocationCommand({ Bucket }));
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'not-there' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  await expect(s3.send(new CreateBucketCommand({ Bucket: 'Bad_Name' }))).rejects.toMatchObject({
    name: 'InvalidBucketName',
  });
});

it('S3 features that are not emulated are refused with NotImplemented', async () => {
  await expect(s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});

describe('a presigned URL', () => {
  const url = (Key: string, date: string, expires: number) =>
    `${served.endpoint}/${Bucket}/${Key}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=0`;

  it('a presigned URL reads and writes', async () => {
    const fresh = url('shared', '20261123T095500Z', 300);
    const written = await fetch(`${fresh}&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-meta-by=url`, {
      method: 'PUT',
      body: 'from a browser',
    });
    expect(written.status).toBe(200);
    const read = await fetch(`${fresh}&response-content-type=text%2Fplain`);
    expect(await read.text()).toBe('from a browser');
    expect(read.headers.get('content-type')).toBe('text/plain');
    expect(read.headers.get('x-amz-meta-by')).toBe('url');
  });
});
