import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { compose } from '../../../../processors/stream/compose.ts';
import { DEFAULT_PRIVACY } from '../../../fakes/privacy.ts';
import { findCanaries, generateCanaries } from '../../../support/canaries.ts';
import { CONSUMER_VARIABLES } from '../../../support/consumer-variables.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const canaries = generateCanaries(82);
const clients = {
  comprehend: mockClient(ComprehendClient),
  dynamodb: mockClient(DynamoDBClient),
  firehose: mockClient(FirehoseClient),
  s3: mockClient(S3Client),
  secrets: mockClient(SecretsManagerClient),
};

beforeEach(() => {
  vi.restoreAllMocks();
  for (const client of Object.values(clients)) client.reset();
  const { comprehend, dynamodb, firehose, s3, secrets } = clients;
  comprehend.on(BatchDetectSentimentCommand).callsFake(({ TextList }: { TextList: string[] }) => ({
    ResultList: TextList.map((_, Index) => ({
      Index,
      Sentiment: 'NEUTRAL',
      SentimentScore: { Positive: 0.1, Negative: 0.1, Neutral: 0.7, Mixed: 0.1 },
    })),
    ErrorList: [],
  }));
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: {} });
  dynamodb.on(BatchWriteItemCommand).resolves({ UnprocessedItems: {} });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb
    .on(BatchExecuteStatementCommand)
    .callsFake(({ Statements }: { Statements: unknown[] }) => ({
      Responses: Statements.map(() => ({})),
    }));
  const rate = { calls_per_second: 5_000, refused_at: 5_000, changed_at: 0 };
  const quota = {
    quota: 'comprehend',
    next_slot_at: Date.now(),
    ...rate,
    bulk_queue_at: 0,
    bulk_due_at: 0,
  };
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(quota) });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: marshall(quota) });
  firehose.on(PutRecordBatchCommand).resolves({ FailedPutCount: 0 });
  s3.on(PutObjectCommand).resolves({});
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret' });
});

/** Runs the consumer, and returns all that it sent to services and wrote to its log. */
async function runConsumer(records: unknown[], privacy: object): Promise<string[]> {
  const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const consume = compose({ ...CONSUMER_VARIABLES, PRIVACY: JSON.stringify(privacy) });
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 } as Context;
  const answer = await consume({ Records: kinesisRecords(...records) }, context);
  expect(answer).toEqual({ batchItemFailures: [] });
  const written = [...log.mock.calls, ...errors.mock.calls].map(([text]) => String(text));
  const sent = Object.values(clients).flatMap((client) =>
    client.calls().map(({ args }) => readBytes(args[0].input)),
  );
  return [...written, ...sent];
}

/** Formats a request as JSON, with bytes and base64 as text. */
function readBytes(input: unknown): string {
  return JSON.stringify(input, (name, value) => {
    if (value?.type === 'Buffer') return Buffer.from(value.data).toString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString();
    if (name !== 'Body' || typeof value !== 'string') return value;
    return Buffer.from(JSON.parse(value).data_base64, 'base64').toString();
  });
}

const records = canaries.flatMap(({ text, value, language }, i) => [
  { record_id: `text-${i}`, source: 's', text },
  {
    record_id: `fields-${i}`,
    source: 's',
    text: 'I love my cat',
    language,
    author: value,
    attributes: { note: text },
  },
  // Records that are set aside.
  { record_id: `aside-${i}`, source: 'not a slug', text },
]);

it('personal data of every type in every language is in no request to a service and in no log', async () => {
  expect(new Set(canaries.map(({ type }) => type)).size).toBeGreaterThan(30);
  expect(new Set(canaries.map(({ language }) => language)).size).toBe(12);
  const everything = await runConsumer(records, DEFAULT_PRIVACY);
  expect(clients.comprehend.calls().length).toBeGreaterThan(10);
  expect(clients.s3.calls()).toHaveLength(canaries.length);
  expect(findCanaries(canaries, ...everything)).toEqual([]);
}, 60_000);

it('the search for personal data finds it if the policy is off', async () => {
  const off = { ...DEFAULT_PRIVACY, policy: 'off', stored_text: 'full' };
  const everything = await runConsumer(records, off);
  expect(findCanaries(canaries, ...everything)).toHaveLength(canaries.length);
}, 60_000);
