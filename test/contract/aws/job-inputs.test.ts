import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clientConfig,
  createS3,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createJobInputs } from '../../../aws/s3/job-inputs.ts';
import { createRecordLists, listListedJobs } from '../../../aws/s3/record-lists.ts';
import { createTextClaims } from '../../../aws/s3/text-claims.ts';
import { InputChangedError, type JobInputs } from '../../../ingest/submission/ports.ts';

let folder: string;
let served: ServedService;
let client: S3Client;
let inputs: JobInputs;
let bucket_name: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-inputs-'));
  served = await serveService(createS3({ dataDir: folder, now: Date.now }));
  client = new S3Client({
    ...clientConfig(served.endpoint),
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
});
beforeEach(async () => {
  bucket_name = `inputs-${count++}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket_name }));
  inputs = createJobInputs({
    ...{ client, bucket_name },
    createChangedError: () => new InputChangedError('The input has changed'),
  });
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(folder, { recursive: true });
});

const KEY = 'inputs/job_1.jsonl';

async function read(etag: string, from: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of inputs.read(KEY, { etag, from })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
async function putInput(content: string): Promise<string> {
  await inputs.put(KEY, content, 'application/jsonl');
  return (await inputs.head(KEY))!.etag;
}

it('An input is read from any byte to its end, and from its end has no bytes', async () => {
  const etag = await putInput('Größe');
  expect(await inputs.head(KEY)).toEqual({ etag, bytes: 7 });
  expect(await read(etag, 0)).toBe('Größe');
  expect(await read(etag, 1)).toBe('röße');
  expect(await read(etag, 6)).toBe('e');
  expect(await read(etag, 7)).toBe('');
});

it('An input that is replaced or deleted after the job has seen it is an InputChangedError, at any byte', async () => {
  const etag = await putInput('first');
  await putInput('other');
  for (const from of [0, 2]) await expect(read(etag, from)).rejects.toThrow(InputChangedError);
  await client.send(new DeleteObjectCommand({ Bucket: bucket_name, Key: KEY }));
  await expect(read(etag, 0)).rejects.toThrow(InputChangedError);
  expect(await inputs.head(KEY)).toBeUndefined();
});

it('A long text is read back by the tenant that stored it, and by no other', async () => {
  const claims = createTextClaims({ client, bucket_name });
  const hash = await claims.put('acme', 'Größe 😀');
  expect(await claims.get('acme', hash)).toBe('Größe 😀');
  expect(await claims.get('globex', hash)).toBeUndefined();
});

it('An input that is deleted is gone, and deleting it again succeeds', async () => {
  await putInput('private');
  await inputs.delete(KEY);
  await inputs.delete(KEY);
  expect(await inputs.head(KEY)).toBeUndefined();
});

it('A page of a record list is read back by its job, and a page that is not stored is undefined', async () => {
  const lists = createRecordLists({ client, bucket_name });
  const job = { job_id: 'job_1', expires_at: 1_790_000_000 };
  const records = [
    { source: 's', record_id: 'a:1', record_version: 2, length: 5 },
    { issues: [{ path: 'text', message: 'Größe?' }] },
  ];
  await lists.put(job, 49_999, []);
  await lists.put(job, 49_999, records);
  expect(await lists.get(job, 49_999)).toEqual(records);
  expect(await lists.get(job, 0)).toBeUndefined();
  expect(await lists.get({ ...job, expires_at: 1_790_000_001 }, 49_999)).toBeUndefined();
});

it('The jobs with a record list are listed once each, however many pages a list has', async () => {
  const lists = createRecordLists({ client, bucket_name });
  for (const job_id of ['job_2', 'job_1']) {
    for (const page of [0, 1]) await lists.put({ job_id, expires_at: 1 }, page, []);
  }
  await putInput('no list');
  const listed: string[] = [];
  for await (const id of listListedJobs({ client, bucket_name })) listed.push(id);
  expect(listed).toEqual(['job_1', 'job_2']);
});
