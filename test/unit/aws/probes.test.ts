import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProbes } from '../../../aws/probes.ts';
import { configOf } from '../../support/sdk-client.ts';

interface Stub {
  reset(): unknown;
  onAnyCommand(): { resolves(answer: object): unknown; rejects(error: Error): unknown };
  calls(): { args: [{ input: object }]; thisValue: unknown }[];
}
type Service = 'athena' | 'dynamodb' | 'kinesis' | 's3';
const clients = {
  athena: mockClient(AthenaClient),
  dynamodb: mockClient(DynamoDBClient),
  kinesis: mockClient(KinesisClient),
  s3: mockClient(S3Client),
} as unknown as Record<Service, Stub>;
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  for (const mock of Object.values(clients)) {
    mock.reset();
    mock.onAnyCommand().resolves({});
  }
});
afterEach(() => void vi.unstubAllEnvs());

const probes = () =>
  createProbes({
    stream_name: 'the-stream',
    results_table: 'the-results',
    cache_table: 'the-cache',
    jobs_table: 'the-jobs',
    counts_table: 'the-counts',
    history_table: 'the-history',
    input_bucket: 'the-inputs',
  });
const NONE = { S: 'readiness' };
const EXPECTED = [
  ['stream', 'kinesis', 'DescribeStreamSummaryCommand', { StreamName: 'the-stream' }],
  [
    'results_table',
    'dynamodb',
    'GetItemCommand',
    { TableName: 'the-results', Key: { record_key: NONE } },
  ],
  [
    'cache_table',
    'dynamodb',
    'BatchGetItemCommand',
    { RequestItems: { 'the-cache': { Keys: [{ fingerprint: NONE }] } } },
  ],
  [
    'jobs_table',
    'dynamodb',
    'GetItemCommand',
    { TableName: 'the-jobs', Key: { job_id: NONE, part: NONE } },
  ],
  [
    'counts_table',
    'dynamodb',
    'GetItemCommand',
    { TableName: 'the-counts', Key: { partition: NONE, bucket: NONE } },
  ],
  [
    'history_table',
    'dynamodb',
    'QueryCommand',
    {
      TableName: 'the-history',
      KeyConditionExpression: 'record_key = :key',
      ExpressionAttributeValues: { ':key': NONE },
      Limit: 1,
    },
  ],
  ['input_bucket', 's3', 'HeadBucketCommand', { Bucket: 'the-inputs' }],
] as const;

it.each(EXPECTED)(
  'the probe of %s makes one call of its own resource, in one attempt',
  async (...row) => {
    const [name, service, command, input] = row;
    await probes()[name]();
    const calls = Object.values(clients).flatMap((mock) => mock.calls());
    expect(calls).toHaveLength(1);
    const [call] = clients[service].calls();
    expect(call?.args[0].constructor.name).toBe(command);
    expect(call?.args[0].input).toEqual(input);
    expect((await configOf(call!)).max_attempts).toBe(1);
  },
);

it.each(EXPECTED)('the probe of %s fails with a ServiceError of %s', async (name, service) => {
  const refusal = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
  clients[service].onAnyCommand().rejects(Object.assign(new Error('private'), refusal));
  await expect(probes()[name]()).rejects.toMatchObject({
    ...{ name: 'ServiceError', service, code: 'AccessDenied' },
  });
});
