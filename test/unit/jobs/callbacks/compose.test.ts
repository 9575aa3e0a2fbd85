import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rowOf } from '../../../../aws/dynamodb/jobs/row.ts';
import { compose } from '../../../../jobs/callbacks/compose.ts';
import { aProcessingJob } from '../../../support/jobs.ts';
import { configOf } from '../../../support/sdk-client.ts';

const VARIABLES: Record<string, string> = {
  JOBS_TABLE: 'the-jobs',
  CALLBACK_QUEUE_URL: 'https://sqs.example/callbacks',
  CALLBACK_SECRET_ARN: 'arn:the-secret',
  CALLBACK_ALLOW_LOOPBACK: 'false',
};
const dynamodb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);

/** Creates a completed job with a pending callback to `url`. */
function aFinalJob(url: string) {
  return aProcessingJob({
    job_id: 'job_1',
    total: 1,
    status: 'COMPLETED',
    expires_at: Math.floor(Date.now() / 1_000) + 3_600,
    callback: { url, state: 'pending', delivery_id: 'd', attempts: [] },
  });
}

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  for (const mock of [dynamodb, sqs, secrets]) mock.reset();
  useJob('https://127.0.0.1:1/hook');
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  sqs.on(SendMessageCommand).resolves({});
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'secret' });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function useJob(url: string): void {
  const Item = rowOf(aFinalJob(url));
  dynamodb.on(GetItemCommand).resolves({ Item });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: Item });
}

const run = (bodies: string[], variables: Record<string, string> = {}) =>
  compose({ ...VARIABLES, ...variables })({
    Records: bodies.map((body, i) => ({ messageId: `m${i}`, body })),
  } as SQSEvent);

const MESSAGE = '{"job_id":"job_1","attempt":1}';

/** Returns the update of the jobs table that records the callback attempt, as JSON. */
const readRecordedAttempt = () =>
  JSON.stringify(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input);

it('the callback function reads the job from its table, signs with its secret, and queues the next attempt', async () => {
  expect(await run([MESSAGE])).toEqual({ batchItemFailures: [] });
  expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input.TableName).toBe('the-jobs');
  expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input.SecretId).toBe(
    'arn:the-secret',
  );
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([
    {
      QueueUrl: 'https://sqs.example/callbacks',
      MessageBody: '{"job_id":"job_1","attempt":2}',
      DelaySeconds: 60,
    },
  ]);
  expect(lines.join('')).toContain('callback handled');
  expect(lines.join('')).toContain('"outcome":"retrying"');
});

it('the callback function calls loopback addresses only if CALLBACK_ALLOW_LOOPBACK is true', async () => {
  await run([MESSAGE]);
  expect(readRecordedAttempt()).toContain('AddressNotAllowed');
  dynamodb.resetHistory();
  await run([MESSAGE], { CALLBACK_ALLOW_LOOPBACK: 'true' });
  expect(readRecordedAttempt()).toBeDefined();
  expect(readRecordedAttempt()).not.toContain('AddressNotAllowed');
});

it('the callback function gives back the messages that failed, and no others, and quotes none of them', async () => {
  const answer = await run(['private', MESSAGE, '{"job_id":"job_1"}']);
  expect(answer).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }],
  });
  expect(lines.join('')).toContain('message failed');
  expect(lines.join('')).not.toContain('private');
});

it('the callback function says which service failed', async () => {
  dynamodb.on(GetItemCommand).rejects(Object.assign(new Error('private words'), { name: 'Down' }));
  expect(await run([MESSAGE])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  expect(lines.join('')).toContain('dynamodb: Down');
  expect(lines.join('')).not.toContain('private');
});

it('the callback function ignores a job that has expired', async () => {
  const Item = rowOf({ ...aFinalJob('https://127.0.0.1:1/hook'), expires_at: 1 });
  dynamodb.on(GetItemCommand).resolves({ Item });
  expect(await run([MESSAGE])).toEqual({ batchItemFailures: [] });
  expect(lines.join('')).toContain('"outcome":"ignored"');
  expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(0);
});

it('the callback function records the present time of its attempt, in its table', async () => {
  const before = Date.now();
  await run([MESSAGE]);
  const { TableName, ExpressionAttributeValues } =
    dynamodb.commandCalls(UpdateItemCommand)[0]!.args[0].input;
  expect(TableName).toBe('the-jobs');
  const [attempt] = ExpressionAttributeValues![':attempt']!.L!;
  const attempted_at = Date.parse(attempt!.M!.attempted_at!.S!);
  expect(attempted_at).toBeGreaterThanOrEqual(before);
  expect(attempted_at).toBeLessThanOrEqual(Date.now());
});

it('the callback function logs under its name, and its clients end silent calls', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  await run([MESSAGE]);
  const line = JSON.parse(lines.find((one) => one.includes('callback handled'))!);
  expect(line).toMatchObject({ level: 'INFO', service: 'aurastream-callbacks', job_id: 'job_1' });
  for (const mock of [dynamodb, sqs, secrets]) {
    const { time_limits } = await configOf(mock.calls()[0]!);
    expect(time_limits).toMatchObject({ requestTimeout: 15_000, throwOnRequestTimeout: true });
  }
  vi.unstubAllEnvs();
});

it.each(Object.keys(VARIABLES))('the callback function does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
