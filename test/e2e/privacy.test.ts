import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { aurastream } from '../support/aurastream.ts';
import { findCanaries, generateCanaries } from '../support/canaries.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { functionLog, type MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 240_000, interval: 1_000 };
const canaries = generateCanaries(41);
/** Canaries that are also published from a file. */
const FILE_RECORDS = 24;

let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  test = await testCloud();
  const { api_key } = await prepareKeys(test.cloud);
  call = createCaller(test.cloud.api, api_key);
}, 300_000);
afterAll(() => test.stop());

async function publish(records: object[]): Promise<void> {
  for (let i = 0; i < records.length; i += 400) {
    await test.clients.kinesis.send(
      new PutRecordsCommand({
        StreamName: test.stack.StreamName,
        Records: records.slice(i, i + 400).map((record, n) => ({
          PartitionKey: `k${n}`,
          Data: Buffer.from(JSON.stringify(record)),
        })),
      }),
    );
  }
}

/** Reads all items of all tables, as JSON. */
async function readTables(): Promise<Record<string, string>> {
  const client = test.clients.dynamodb;
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const contents: Record<string, string> = {};
  for (const TableName of TableNames) {
    contents[TableName] = '';
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
      contents[TableName] += JSON.stringify(Items);
    }
  }
  return contents;
}

/** Faults that happen while the records are processed. Each makes calls fail that carry records. */
const FAULTS = [
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'throttle', count: 2 },
  { service: 'dynamodb', action: 'BatchExecuteStatement', kind: 'error', count: 2 },
  { service: 'firehose', action: 'PutRecordBatch', kind: 'error', count: 2 },
  { service: 's3', action: 'PutObject', caller: 'ConsumerHandler*', kind: 'error', count: 2 },
];

async function injectFaults(): Promise<void> {
  for (const fault of FAULTS) await test.control('POST', 'faults', fault);
}

/** Returns the calls of all services, with the codes of their errors. */
async function readMeter(): Promise<MeterEntry[]> {
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  return entries;
}

/** Publishes the first canaries from a file. */
async function ingestFile(count: number): Promise<void> {
  const file = join(test.data_dir, 'canaries.jsonl');
  const rows = canaries.slice(0, count).map(({ text, value }, i) => {
    return JSON.stringify({ record_id: `f-${i}`, text, author: value });
  });
  await writeFile(file, rows.join('\n'));
  const args = ['ingest', file, '--source', 'canary-file'];
  const { code, stdout, stderr } = await aurastream(args, { env: test.environment });
  expect(code, stderr).toBe(0);
  expect(findCanaries(canaries, stdout, stderr)).toEqual([]);
}

/** Sweeps the jobs until the inputs of all jobs are deleted. */
async function sweepInputs(): Promise<void> {
  const MessageBody = JSON.stringify({ kind: 'sweep' });
  await test.clients.sqs.send(
    new SendMessageCommand({ QueueUrl: test.stack.JobsQueueUrl, MessageBody }),
  );
  await vi.waitFor(async () => {
    const place = { Bucket: test.stack.InputBucketName, Prefix: 'inputs/' };
    const { KeyCount } = await test.clients.s3.send(new ListObjectsV2Command(place));
    expect(KeyCount).toBe(0);
  }, WAIT);
}

/** Reads all objects of all buckets. */
async function readBuckets(): Promise<Record<string, string>> {
  const client = test.clients.s3;
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  const contents: Record<string, string> = {};
  for (const { Name: Bucket = '' } of Buckets) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        contents[`${Bucket}/${Key}`] = readObject(bytes);
      }
    }
  }
  return contents;
}

/** Returns the bytes as text, and the content of set-asides beside them. */
function readObject(bytes: Buffer): string {
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  const data = /"data_base64":"([^"]*)"/.exec(text)?.[1];
  return data === undefined ? text : text + Buffer.from(data, 'base64').toString();
}

it('personal data from the stream, a file, a job and the API is in no table, object, query, metric and log, also if services fail', async () => {
  await injectFaults();
  await publish(
    canaries.flatMap(({ text, value }, i) => [
      { record_id: `p-${i}`, source: 'canaries', text, author: value, attributes: { note: text } },
      { record_id: `p-${i}`, source: 'Not a slug', text },
    ]),
  );
  await ingestFile(FILE_RECORDS);
  const documents = canaries.map(({ text, value }) => ({ text, author: value }));
  const submitted = await call('/analyze/async', { method: 'POST', body: { documents } });
  expect(submitted.status).toBe(202);
  const texts = canaries.slice(0, 60).map(({ text }) => text);
  const options = { include_pii_detection: true };
  const answer = await call('/analyze/batch', { method: 'POST', body: { texts, options } });
  expect(findCanaries(canaries, JSON.stringify(answer.body))).toEqual([]);
  await vi.waitFor(async () => {
    const { body } = await call(`/status/${submitted.body.job_id}`);
    expect(body.progress).toMatchObject({ done: canaries.length });
  }, WAIT);
  await vi.waitFor(async () => {
    const { [test.stack.ResultsTableName]: rows = '' } = await readTables();
    expect(rows.split('"canaries"').length - 1).toBeGreaterThanOrEqual(canaries.length);
    expect(rows.split('"canary-file"').length - 1).toBeGreaterThanOrEqual(FILE_RECORDS);
  }, WAIT);
  await vi.waitFor(async () => {
    const keys: string[] = [];
    for await (const { set_aside_id } of test.set_asides.list()) keys.push(set_aside_id);
    expect(keys).toHaveLength(canaries.length);
  }, WAIT);
  await vi.waitFor(async () => {
    const { body } = await call(`/status/${submitted.body.job_id}`);
    expect(body.status).toMatch(/^COMPLETED/);
  }, WAIT);
  await sweepInputs();
  const { body: shown } = await call(`/jobs/${submitted.body.job_id}/results?limit=1000`);
  expect(shown.results).toHaveLength(canaries.length);
  // The consumer writes the rows before it sends the lines to Firehose.
  const rows = await vi.waitFor(async () => {
    await test.settleLake();
    const found = await test.query("SELECT * FROM results WHERE source = 'canaries'");
    expect(found.rows).toHaveLength(canaries.length);
    return found.rows;
  }, WAIT);
  const objects = await readBuckets();
  const places = { ...(await readTables()), ...objects, query: JSON.stringify(rows) };
  const log = await functionLog(test.data_dir);
  // Metrics are lines of the log.
  expect(log).toContain('"_aws"');
  const found = Object.entries({ ...places, log }).flatMap(([place, content]) =>
    findCanaries(canaries, content).map((canary) => `${place}: ${canary}`),
  );
  expect(found).toEqual([]);
  const meter = await readMeter();
  for (const { service, action } of FAULTS) {
    const failed = meter.filter((one) => one.service === service && one.action === action);
    expect(
      failed.flatMap(({ errors }) => Object.keys(errors)),
      action,
    ).not.toEqual([]);
  }
  // The engine is local, so that no text is sent as it came.
  expect(meter.map(({ action }) => action)).not.toContain('DetectPiiEntities');
}, 900_000);
