import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { createFailureReports, createMarks } from '../../../aws/s3/failure-bucket.ts';
import { createJobInputs } from '../../../aws/s3/job-inputs.ts';
import { createLakeLines } from '../../../aws/s3/lake-lines.ts';
import { listListedJobs } from '../../../aws/s3/record-lists.ts';
import { createSetAsideBucket, createSetAsideReader } from '../../../aws/s3/set-aside-bucket.ts';
import { createTextClaims } from '../../../aws/s3/text-claims.ts';
import { InputChangedError } from '../../../ingest/submission/ports.ts';
import { hashText, type SetAside } from '../../../schemas/index.ts';
import { listObjects } from '../../support/list-objects.ts';
import { aResult } from '../../support/results.ts';
import { WAIT } from '../../support/wait.ts';

const s3 = mockClient(S3Client);
const client = s3 as unknown as S3Client;
const deps = { client, bucket_name: 'bucket' };
const objects = new Map<string, Buffer>();

const s3Error = (name: string, status: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

/** Creates an object body like the bodies that the SDK returns. */
function bodyOf(bytes: Buffer) {
  const transformToString = async () => bytes.toString();
  return Object.assign(Readable.from([bytes]), { transformToString }) as never;
}

beforeEach(() => {
  s3.reset();
  objects.clear();
  s3.on(PutObjectCommand).callsFake(({ Bucket, Key, Body }) => {
    expect(Bucket).toBe('bucket');
    objects.set(Key, Buffer.from(Body));
    return {};
  });
  s3.on(GetObjectCommand).callsFake(({ Key }) => {
    const bytes = objects.get(Key);
    if (bytes === undefined) throw s3Error('NoSuchKey', 404);
    return { Body: bodyOf(bytes) };
  });
  // Each page lists only two keys. A listing of more than two keys therefore has several pages.
  s3.on(ListObjectsV2Command).callsFake(({ ContinuationToken = '0', ...input }) => {
    const { Contents, CommonPrefixes } = listObjects(objects.keys(), input);
    const from = Number(ContinuationToken);
    const { length } = Contents ?? CommonPrefixes ?? [];
    return {
      Contents: Contents?.slice(from, from + 2),
      CommonPrefixes: CommonPrefixes?.slice(from, from + 2),
      NextContinuationToken: from + 2 < length ? String(from + 2) : undefined,
    };
  });
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

it('a long text is kept for each tenant under its own name, and no other tenant can read it', async () => {
  const claims = createTextClaims(deps);
  expect(await claims.put('a', 'Ä text')).toBe(hashText('Ä text'));
  expect([...objects.keys()]).toEqual([`claims/a/${hashText('Ä text')}`]);
  expect(await claims.get('a', hashText('Ä text'))).toBe('Ä text');
  expect(await claims.get('b', hashText('Ä text'))).toBeUndefined();
});

it('a long text that S3 cannot deliver now is an error to retry, and not a missing text', async () => {
  s3.on(GetObjectCommand).rejects(s3Error('SlowDown', 503));
  const reading = createTextClaims(deps).get('a', 'b');
  await expect(reading).rejects.toMatchObject({ service: 's3', code: 'SlowDown', retryable: true });
});

it('failure reports are listed over all pages without marks, and read by key', async () => {
  const report = {
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
    timestamp: '2026-11-23T22:00:00.000Z',
    KinesisBatchInfo: { shardId: 'shardId-0', batchSize: 1 },
    payload: '{}',
  };
  const keys = ['aws/lambda/a', 'aws/lambda/b', 'aws/lambda/c'];
  for (const key of keys)
    objects.set(key, Buffer.from(JSON.stringify({ ...report, version: '1' })));
  await createMarks(deps).put('aws/lambda/a', { restored_at: '2026-11-24T00:00:00Z', records: 1 });
  const reports = createFailureReports(deps);
  expect(await collect(reports.keys())).toEqual(keys);
  expect(await reports.read('aws/lambda/b')).toEqual(report);
  expect(await reports.read('aws/lambda/x')).toBeUndefined();
});

it('a failure report that is something else is refused', async () => {
  objects.set('aws/lambda/a', Buffer.from('{"timestamp":1}'));
  await expect(createFailureReports(deps).read('aws/lambda/a')).rejects.toThrow('requestContext');
});

it('a mark is kept beside the object that it marks, and is absent until it is put', async () => {
  const marks = createMarks(deps);
  const mark = { restored_at: '2026-11-24T00:00:00Z', records: 3 };
  expect(await marks.get('shardId-0:1')).toBeUndefined();
  await marks.put('shardId-0:1', mark);
  expect([...objects.keys()]).toEqual(['restored/shardId-0:1.json']);
  expect(await marks.get('shardId-0:1')).toEqual(mark);
  expect(await marks.get('shardId-0:2')).toBeUndefined();
});

it('the lines of an hour of the lake are those of its objects, over all pages, in order', async () => {
  const line = (id: string) => JSON.stringify(aResult({ record_id: id }));
  const folder = 'results_raw/2026/03/04/05/';
  objects.set(`${folder}1.gz`, gzipSync(`${line('a')}\n${line('b')}\n`));
  objects.set(`${folder}2.gz`, gzipSync(`${line('c')}\n\n`));
  objects.set(`${folder}3.gz`, gzipSync(`${line('d')}\n`));
  objects.set('results_raw/2026/03/04/06/1.gz', gzipSync(`${line('later')}\n`));
  const lake = createLakeLines(deps);
  const lines = await collect(lake.hour(Date.UTC(2026, 2, 4, 5)));
  expect(lines.map(({ record_id }) => record_id)).toEqual(['a', 'b', 'c', 'd']);
  expect(await collect(lake.hour(Date.UTC(2026, 2, 4, 4)))).toEqual([]);
});

it('a line of the lake that is not a result is refused, and so is an object that is cut off', async () => {
  const key = 'results_raw/2026/03/04/05/1.gz';
  const hour = Date.UTC(2026, 2, 4, 5);
  objects.set(key, gzipSync('{"record_id":"a"}\n'));
  await expect(collect(createLakeLines(deps).hour(hour))).rejects.toThrow('schema_version');
  objects.set(key, gzipSync(JSON.stringify(aResult())).subarray(0, -6));
  await expect(collect(createLakeLines(deps).hour(hour))).rejects.toThrow('unexpected end of file');
});

const aSetAside = (sequence_number: string, sub?: number): SetAside => ({
  set_aside_id: `live:shardId-0:${sequence_number}${sub === undefined ? '' : `:${sub}`}`,
  reason: 'invalid_json',
  issues: [],
  stream_name: 'live',
  shard_id: 'shardId-0',
  sequence_number,
  ...(sub === undefined ? {} : { sub_sequence_number: sub }),
  partition_key: 'k',
  arrived_at: '2026-11-23T10:00:00.000Z',
  data_base64: 'bm8=',
});

it('set-asides are listed in the order of the stream, also sub-records, up to the limit', async () => {
  const all = [aSetAside('1'), aSetAside('2', 2), aSetAside('2', 10), aSetAside('3')];
  expect(await createSetAsideBucket(deps).put([...all].reverse())).toEqual([]);
  expect([...objects.keys()].sort()).toEqual([
    'set-asides/NONE/live/shardId-0/1.invalid_json.json',
    'set-asides/NONE/live/shardId-0/2-000002.invalid_json.json',
    'set-asides/NONE/live/shardId-0/2-000010.invalid_json.json',
    'set-asides/NONE/live/shardId-0/3.invalid_json.json',
  ]);
  const reader = createSetAsideReader(deps);
  expect(await collect(reader.list())).toEqual(all);
  expect(await collect(reader.list({ limit: 3 }))).toEqual(all.slice(0, 3));
});

it('a set-aside whose bytes cannot be read has a prefix of its own, comes after the others, and is found by its id', async () => {
  const unreadable = { ...aSetAside('1'), is_unreadable: true as const };
  await createSetAsideBucket(deps).put([unreadable, aSetAside('2')]);
  expect([...objects.keys()].sort()).toEqual([
    'set-asides/NONE/live/shardId-0/2.invalid_json.json',
    'unreadable/NONE/live/shardId-0/1.invalid_json.json',
  ]);
  const reader = createSetAsideReader(deps);
  expect(await collect(reader.list())).toEqual([aSetAside('2'), unreadable]);
  expect(await reader.get('live:shardId-0:1')).toEqual(unreadable);
});

it('a set-aside is found by its id, and an id that is none finds nothing', async () => {
  await createSetAsideBucket(deps).put([aSetAside('2', 10), aSetAside('2')]);
  const reader = createSetAsideReader(deps);
  expect(await reader.get('live:shardId-0:2:10')).toEqual(aSetAside('2', 10));
  expect(await reader.get('live:shardId-0:2')).toEqual(aSetAside('2'));
  expect(await reader.get('live:shardId-0:3')).toBeUndefined();
  expect(await reader.get('../restored/x')).toBeUndefined();
});

const inputs = createJobInputs({
  ...deps,
  createChangedError: () => new InputChangedError('The input has changed'),
});

it('the head of an input has its size and its ETag without quotes, and is undefined without an object', async () => {
  s3.on(HeadObjectCommand).resolvesOnce({ ETag: '"abc"', ContentLength: 5 });
  expect(await inputs.head('inputs/1')).toEqual({ etag: 'abc', bytes: 5 });
  s3.on(HeadObjectCommand).rejects(s3Error('NotFound', 404));
  expect(await inputs.head('inputs/1')).toBeUndefined();
  s3.on(HeadObjectCommand).rejects(s3Error('Forbidden', 403));
  await expect(inputs.head('inputs/1')).rejects.toMatchObject({ service: 's3', retryable: false });
});

it('reads of an input ask for the object that the job has seen, from the given byte on', async () => {
  objects.set('inputs/1', Buffer.from('bytes'));
  const read = (from: number) => collect(inputs.read('inputs/1', { etag: 'abc', from }));
  expect(Buffer.concat(await read(0)).toString()).toBe('bytes');
  await read(3);
  const asked = s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input);
  expect(asked).toEqual([
    { Bucket: 'bucket', Key: 'inputs/1', IfMatch: '"abc"' },
    { Bucket: 'bucket', Key: 'inputs/1', IfMatch: '"abc"', Range: 'bytes=3-' },
  ]);
});

it.each([
  ['was replaced', 'PreconditionFailed', 412],
  ['was deleted', 'NoSuchKey', 404],
])('a read of an input that %s ends with InputChangedError', async (_, name, status) => {
  s3.on(GetObjectCommand).rejects(s3Error(name, status));
  const reading = collect(inputs.read('inputs/1', { etag: 'abc', from: 0 }));
  await expect(reading).rejects.toBeInstanceOf(InputChangedError);
});

it('a read from the end of an input has no bytes, and any other refusal is an error of S3', async () => {
  s3.on(GetObjectCommand).rejects(s3Error('InvalidRange', 416));
  expect(await collect(inputs.read('inputs/1', { etag: 'abc', from: 5 }))).toEqual([]);
  s3.on(GetObjectCommand).rejects(s3Error('InternalError', 500));
  const reading = collect(inputs.read('inputs/1', { etag: 'abc', from: 5 }));
  await expect(reading).rejects.toMatchObject({ service: 's3', retryable: true });
});

it('an object that may not be read is an error, and not a missing text', async () => {
  s3.on(GetObjectCommand).rejects(s3Error('AccessDenied', 403));
  const refused = { name: 'ServiceError', service: 's3', code: 'AccessDenied', retryable: false };
  await expect(createTextClaims(deps).get('a', 'b')).rejects.toMatchObject(refused);
  await expect(createMarks(deps).get('a')).rejects.toMatchObject(refused);
});

it('a download that breaks off is an error to retry', async () => {
  const transformToString = async () => {
    throw Object.assign(new Error('private words'), { name: 'AbortError' });
  };
  s3.on(GetObjectCommand).resolves({ Body: { transformToString } as never });
  await expect(createTextClaims(deps).get('a', 'b')).rejects.toMatchObject({
    ...{ name: 'ServiceError', service: 's3', code: 'AbortError', retryable: true },
  });
});

it('texts and marks are stored and read as UTF-8, with their content types', async () => {
  const encodings: unknown[] = [];
  const transformToString = async (encoding: unknown) => String(encodings.push(encoding));
  s3.on(GetObjectCommand).resolves({ Body: { transformToString } as never });
  await createTextClaims(deps).put('a', 'Ä');
  await createMarks(deps).put('b', { restored_at: '2026-11-24T00:00:00Z', records: 1 });
  const types = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.ContentType);
  expect(types).toEqual(['text/plain; charset=utf-8', 'application/json']);
  await createTextClaims(deps).get('a', 'b');
  expect(encodings).toEqual(['utf-8']);
});

it('a mark that is something else is refused', async () => {
  objects.set('restored/a.json', Buffer.from('{"restored_at":1}'));
  await expect(createMarks(deps).get('a')).rejects.toThrow('restored_at');
});

it('an object of the lake whose download breaks off ends the reading with the error', async () => {
  objects.set('results_raw/2026/03/04/05/1.gz', Buffer.from(''));
  const broken = new Readable({ read() {} });
  s3.on(GetObjectCommand).resolves({ Body: broken as never });
  const reading = collect(createLakeLines(deps).hour(Date.UTC(2026, 2, 4, 5)));
  const failed = expect(reading).rejects.toThrow('connection reset');
  await vi.waitFor(() => expect(broken.listenerCount('error')).toBeGreaterThan(0), WAIT);
  broken.destroy(new Error('connection reset'));
  await failed;
});

it('at most eight set-asides are written at the same time', async () => {
  let in_flight = 0;
  let most = 0;
  s3.on(PutObjectCommand).callsFake(async () => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await new Promise(setImmediate);
    in_flight -= 1;
    return {};
  });
  const all = Array.from({ length: 30 }, (_, i) => aSetAside(String(i)));
  expect(await createSetAsideBucket(deps).put(all)).toEqual([]);
  expect(most).toBe(8);
});

it('a set-aside that S3 refuses is returned with its place in the batch, and the others are kept', async () => {
  s3.on(PutObjectCommand).callsFake(({ Key, Body }) => {
    if (Key.includes('/2.')) throw s3Error('AccessDenied', 403);
    objects.set(Key, Buffer.from(Body));
    return {};
  });
  const all = ['1', '2', '3'].map((number) => aSetAside(number));
  expect(await createSetAsideBucket(deps).put(all)).toEqual([
    { index: 1, code: 'AccessDenied', retryable: false, throttled: false },
  ]);
  expect(objects.size).toBe(2);
});

it('a listing of set-asides leaves out one that expires while the list is read', async () => {
  await createSetAsideBucket(deps).put([aSetAside('1'), aSetAside('2')]);
  s3.on(GetObjectCommand).callsFake(({ Key }) => {
    if (Key.includes('/1.')) throw s3Error('NoSuchKey', 404);
    return { Body: bodyOf(objects.get(Key)!) };
  });
  expect(await collect(createSetAsideReader(deps).list())).toEqual([aSetAside('2')]);
});

it('a read from the second byte of an input asks for the bytes from there on', async () => {
  objects.set('inputs/1', Buffer.from('bytes'));
  await collect(inputs.read('inputs/1', { etag: 'abc', from: 1 }));
  expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input.Range).toBe('bytes=1-');
});

it('the jobs with a record list are read over all pages of the listing', async () => {
  s3.on(ListObjectsV2Command).callsFake(({ Prefix, Delimiter, ContinuationToken = '1' }) => ({
    CommonPrefixes: [{ Prefix: `${Prefix}job_${ContinuationToken}${Delimiter}` }],
    NextContinuationToken: ContinuationToken === '1' ? '2' : undefined,
  }));
  expect(await collect(listListedJobs(deps))).toEqual(['job_1', 'job_2']);
});
