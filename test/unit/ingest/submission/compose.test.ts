import { Readable } from 'node:stream';
import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rowOf } from '../../../../aws/dynamodb/jobs/row.ts';
import { compose } from '../../../../ingest/submission/compose.ts';
import type { Job } from '../../../../schemas/index.ts';
import { aJob } from '../../../support/jobs.ts';
import { createLongText } from '../../../support/long-text.ts';
import { configOf } from '../../../support/sdk-client.ts';

const VARIABLES: Record<string, string> = {
  STREAM_NAME: 'the-stream',
  JOBS_TABLE: 'the-jobs',
  INPUT_BUCKET: 'the-inputs',
  JOBS_QUEUE_URL: 'https://sqs.example/jobs',
  CALLBACK_QUEUE_URL: 'https://sqs.example/callbacks',
  ENVIRONMENT: 'test',
  ANALYZER: 'comprehend',
  ANALYZER_CALLS_PER_SECOND: '10',
  QUOTA_TABLE: 'quotas',
  BUDGETS: '{}',
};
const [dynamodb, kinesis, s3, sqs] = [
  mockClient(DynamoDBClient),
  mockClient(KinesisClient),
  mockClient(S3Client),
  mockClient(SQSClient),
];

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  for (const mock of [dynamodb, kinesis, s3, sqs]) mock.reset();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  sqs.on(SendMessageCommand).resolves({});
  kinesis.on(PutRecordsCommand).callsFake(({ Records }: { Records: unknown[] }) => ({
    Records: Records.map((_, i) => ({ ShardId: 's', SequenceNumber: String(i) })),
  }));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * Makes the jobs table return the same job for every read and every update. The returned job does
 * not change, even if the function writes to the table.
 */
function useJob(fields: Partial<Job> = {}): void {
  const input = {
    kind: 'upload' as const,
    format: 'jsonl' as const,
    key: 'inputs/job_1.jsonl',
    etag: 'e',
    bytes: 12,
  };
  const expires_at = Math.floor(Date.now() / 1_000) + 3_600;
  const job = aJob({
    job_id: 'job_1',
    status: 'PROCESSING',
    total: 1,
    input,
    expires_at,
    ...fields,
  });
  dynamodb.on(GetItemCommand).resolves({ Item: rowOf(job) });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: rowOf(job) });
}

function useInput(text: string): void {
  s3.on(GetObjectCommand).callsFake(() => ({ Body: Readable.from([Buffer.from(text)]) }));
}

const run = (message: object, remaining_ms = 600_000) =>
  compose(VARIABLES)(
    { Records: [{ messageId: 'm', body: JSON.stringify(message) }] } as SQSEvent,
    { getRemainingTimeInMillis: () => remaining_ms } as Context,
  );
const RESUME = { kind: 'resume', job_id: 'job_1' };
const listSent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);

it('the submission function reads the input of a job in its table from its bucket, and publishes to its stream', async () => {
  useJob();
  useInput('{"text":"one"}');
  expect(await run(RESUME)).toEqual({ batchItemFailures: [] });
  expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input.TableName).toBe('the-jobs');
  expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({
    Bucket: 'the-inputs',
    Key: 'inputs/job_1.jsonl',
    IfMatch: '"e"',
  });
  const calls = kinesis.commandCalls(PutRecordsCommand).map(({ args }) => args[0].input);
  expect(calls).toMatchObject([{ StreamName: 'the-stream' }]);
  const record = JSON.parse(Buffer.from(calls[0]!.Records![0]!.Data!).toString());
  expect(record).toMatchObject({ job_id: 'job_1', job_index: 0, tenant: 'acme', text: 'one' });
});

it('the submission function asks its queue for another invocation when its time is up', async () => {
  useJob();
  useInput(Array.from({ length: 1_001 }, () => '{"text":"one"}').join('\n'));
  await run(RESUME, 20_000);
  expect(listSent()).toEqual([
    {
      QueueUrl: 'https://sqs.example/jobs',
      MessageBody: expect.stringMatching(
        /^\{"kind":"resume","job_id":"job_1","owner":"[0-9a-f-]{36}","hops":1\}$/,
      ),
      DelaySeconds: 0,
    },
  ]);
});

it('the submission function goes on if Lambda leaves it more than 20 s and the time of a chunk', async () => {
  useJob();
  useInput(Array.from({ length: 1_001 }, () => '{"text":"one"}').join('\n'));
  await run(RESUME, 60_000);
  expect(listSent()).toEqual([]);
});

it('the submission function asks for the callback of a job whose input is unusable', async () => {
  const url = 'https://example.com/hook';
  useJob({ callback: { url, state: 'pending', delivery_id: 'd', attempts: [] } });
  s3.on(GetObjectCommand).rejects(
    Object.assign(new Error('gone'), { $metadata: { httpStatusCode: 412 } }),
  );
  await run(RESUME);
  expect(listSent()).toEqual([
    {
      QueueUrl: 'https://sqs.example/callbacks',
      MessageBody: '{"job_id":"job_1","attempt":1}',
      DelaySeconds: 0,
    },
  ]);
  const [, end] = dynamodb.commandCalls(UpdateItemCommand);
  expect(JSON.stringify(end?.args[0].input)).toContain('INPUT_CHANGED');
});

it('the submission function counts a submission that it stops, for the alarm SubmissionsStop', async () => {
  useJob();
  await run({ ...RESUME, hops: 1_001 });
  const metrics = lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
  expect(metrics).toMatchObject([
    {
      ...{ service: 'submission', environment: 'test', submissions_stopped: 1 },
      _aws: {
        CloudWatchMetrics: [{ Namespace: 'AuraStream', Dimensions: [['service', 'environment']] }],
      },
    },
  ]);
  expect(listSent()).toEqual([]);
});

it('the submission function checks the input of a job that arrives', async () => {
  useJob({
    status: 'PENDING',
    input: { kind: 'upload', format: 'jsonl', key: 'inputs/job_1.jsonl' },
  });
  s3.on(HeadObjectCommand).rejects(
    Object.assign(new Error('none'), { $metadata: { httpStatusCode: 404 } }),
  );
  await run(RESUME);
  expect(s3.commandCalls(HeadObjectCommand)[0]?.args[0].input).toEqual({
    Bucket: 'the-inputs',
    Key: 'inputs/job_1.jsonl',
  });
});

it('the submission function sweeps the jobs that are due, and resumes the submission of one that stopped', async () => {
  useJob();
  const job = aJob({
    job_id: 'job_1',
    status: 'PROCESSING',
    total: 5,
    due_at: new Date(Date.now() - 1_000).toISOString(),
    deadline_at: new Date(Date.now() + 3_600_000).toISOString(),
    expires_at: Math.floor(Date.now() / 1_000) + 3_600,
  });
  dynamodb
    .on(QueryCommand, { IndexName: 'by_due' })
    .resolvesOnce({ Items: [rowOf(job)] })
    .resolves({ Items: [] });
  await run({ kind: 'sweep' });
  expect(dynamodb.commandCalls(QueryCommand)[0]?.args[0].input.TableName).toBe('the-jobs');
  expect(lines.join('')).toContain('jobs swept');
  expect(lines.join('')).toContain('"failed":0,"resumed":1,"inputs_deleted":0,"called_back":0');
  expect(listSent()).toEqual([
    {
      QueueUrl: 'https://sqs.example/jobs',
      MessageBody: '{"kind":"resume","job_id":"job_1"}',
      DelaySeconds: 0,
    },
  ]);
});

it('the submission function stores texts that do not fit on the stream in its input bucket', async () => {
  useJob();
  s3.on(PutObjectCommand).resolves({});
  useInput(JSON.stringify({ text: createLongText() }));
  expect(await run(RESUME)).toEqual({ batchItemFailures: [] });
  expect(s3.commandCalls(PutObjectCommand)[1]?.args[0].input).toMatchObject({
    Bucket: 'the-inputs',
    Key: expect.stringMatching(/^claims\/acme\/[0-9a-f]{64}$/),
  });
}, 60_000);

it('the submission function looks for jobs that are due now', async () => {
  const before = Date.now();
  await run({ kind: 'sweep' });
  const { ExpressionAttributeValues } = dynamodb.commandCalls(QueryCommand)[0]!.args[0].input;
  const now = Date.parse(ExpressionAttributeValues![':now']!.S!);
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

it('the submission function ignores a job that has expired', async () => {
  useJob({ expires_at: Math.floor(Date.now() / 1_000) - 1 });
  await run(RESUME);
  expect(lines.join('')).toContain('"outcome":"ignored"');
  expect(s3.calls()).toHaveLength(0);
});

it('the submission function logs under its name, with the level and the details of each message', async () => {
  dynamodb.on(GetItemCommand).rejects(Object.assign(new Error('private'), { name: 'Down' }));
  expect(await run(RESUME)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  const line = JSON.parse(lines.find((one) => one.includes('message failed'))!);
  expect(line).toMatchObject({
    ...{ level: 'ERROR', service: 'aurastream-submission', message: 'message failed' },
    ...{ message_id: 'm', error: 'dynamodb: Down' },
  });
});

it('the clients of the submission function end silent calls, except that of its stream', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  useJob();
  useInput('{"text":"one"}');
  await run(RESUME);
  await run({ kind: 'sweep' });
  for (const mock of [dynamodb, s3]) {
    const { time_limits } = await configOf(mock.calls()[0]!);
    expect(time_limits).toMatchObject({ requestTimeout: 15_000, throwOnRequestTimeout: true });
  }
  expect((await configOf(kinesis.calls()[0]!)).time_limits.requestTimeout).toBeUndefined();
  vi.unstubAllEnvs();
});

it.each(Object.keys(VARIABLES))('the submission function does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
