import { readdirSync, readFileSync } from 'node:fs';
import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clientConfig } from '../../../aws/clients.ts';
import { createComprehendAnalyzer } from '../../../aws/comprehend/analyzer.ts';
import { openTable, queryItems } from '../../../aws/dynamodb/table.ts';
import { createKinesisStream } from '../../../aws/kinesis/stream.ts';
import { openBucket } from '../../../aws/s3/bucket.ts';
import { configOf } from '../../support/sdk-client.ts';

const [comprehend, dynamodb, kinesis, s3] = [
  mockClient(ComprehendClient),
  mockClient(DynamoDBClient),
  mockClient(KinesisClient),
  mockClient(S3Client),
];
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  for (const mock of [comprehend, dynamodb, kinesis, s3]) mock.reset();
  comprehend.on(BatchDetectSentimentCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({});
  kinesis.on(PutRecordsCommand).resolves({});
  s3.on(GetObjectCommand).rejects(Object.assign(new Error(''), { name: 'NoSuchKey' }));
});
afterEach(() => void vi.unstubAllEnvs());

const PATIENCE = { connectionTimeout: 2_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

async function query(max_attempts?: number): Promise<void> {
  const table = openTable({
    table_name: 't',
    ...(max_attempts === undefined ? {} : { max_attempts }),
  });
  for await (const _ of queryItems(table, {})) break;
}

it('the clients of a table and of the analyzer make as many attempts as their caller allows', async () => {
  await query(1);
  await createComprehendAnalyzer({ max_attempts: 2 }).detectSentiment(['a'], 'en');
  const attempts = [...dynamodb.calls(), ...comprehend.calls()].map(
    async (call) => (await configOf(call)).max_attempts,
  );
  expect(await Promise.all(attempts)).toEqual([1, 2]);
});

it('the clients end silent calls, except that of the stream, whose uploads may take long', async () => {
  await query();
  await openBucket({ bucket_name: 'b' }).getText('k');
  await createComprehendAnalyzer().detectSentiment(['a'], 'en');
  await createKinesisStream({ stream_name: 's' }).putRecords([]);
  for (const mock of [dynamodb, s3, comprehend]) {
    expect((await configOf(mock.calls()[0]!)).time_limits).toMatchObject(PATIENCE);
  }
  const { time_limits } = await configOf(kinesis.calls()[0]!);
  expect(time_limits.requestTimeout).toBeUndefined();
  expect(time_limits.connectionTimeout).toBeUndefined();
});

it('the address of a cloud gives a client its endpoint, region and credentials', () => {
  const cloud = { access_key_id: 'id', secret_access_key: 'secret', region: 'r', endpoint: 'e' };
  expect(clientConfig(cloud)).toEqual({
    ...{ endpoint: 'e', region: 'r' },
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
});

it('every client is made with the time limits of this project', () => {
  const files = readdirSync('aws', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(`aws/${file}`, 'utf8')] as const);
  expect(files.length).toBeGreaterThan(20);
  const own = files.filter(([, text]) => /\bnew [A-Z]\w*Client\(/.test(text)).map(([file]) => file);
  expect(own).toEqual([]);
});
