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
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { rowOf } from '../../../../aws/dynamodb/jobs/row.ts';
import { compose } from '../../../../processors/stream/compose.ts';
import { createRareCallbacks } from '../../../../processors/stream/rare/compose.ts';
import {
  consumerEnvironmentSchema,
  hashText,
  POSITION_MARKER,
  packRestored,
  parseEnvironment,
} from '../../../../schemas/index.ts';
import { DEFAULT_PRIVACY } from '../../../fakes/privacy.ts';
import { CONSUMER_VARIABLES as VARIABLES } from '../../../support/consumer-variables.ts';
import { aProcessingJob } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 1);

const answerPositive = ({ TextList }: { TextList: string[] }) => ({
  ResultList: TextList.map((_, Index) => ({
    Index,
    Sentiment: 'POSITIVE',
    SentimentScore: { Positive: 0.9, Negative: 0.05, Neutral: 0.03, Mixed: 0.02 },
  })),
  ErrorList: [],
});

const [comprehend, dynamodb, firehose, s3, sqs, secrets] = [
  mockClient(ComprehendClient),
  mockClient(DynamoDBClient),
  mockClient(FirehoseClient),
  mockClient(S3Client),
  mockClient(SQSClient),
  mockClient(SecretsManagerClient),
];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  for (const mock of [comprehend, dynamodb, firehose, s3, sqs, secrets]) mock.reset();
  comprehend.on(BatchDetectSentimentCommand).callsFake(answerPositive);
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: {}, UnprocessedKeys: {} });
  dynamodb.on(BatchWriteItemCommand).resolves({ UnprocessedItems: {} });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb
    .on(BatchExecuteStatementCommand)
    .callsFake(({ Statements }: { Statements: unknown[] }) => ({
      Responses: Statements.map(() => ({})),
    }));
  const rate = { calls_per_second: 40, refused_at: 40, changed_at: 0 };
  const bulk = { bulk_queue_at: 0, bulk_due_at: 0 };
  const quota_item = marshall({ quota: 'comprehend', next_slot_at: NOW, ...rate, ...bulk });
  dynamodb.on(GetItemCommand).resolves({ Item: quota_item });
  dynamodb.on(UpdateItemCommand).callsFake(() => {
    return { Attributes: quota_item };
  });
  firehose.on(PutRecordBatchCommand).resolves({ FailedPutCount: 0 });
  s3.on(PutObjectCommand).resolves({});
  sqs.on(SendMessageCommand).resolves({});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Consume = ReturnType<typeof compose>;

/**
 * Runs the consumer on one batch. The parameter `remaining_ms` is the time until Lambda stops the
 * function, in milliseconds.
 */
async function run(consume: Consume, records: unknown[], remaining_ms = 60_000) {
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remaining_ms };
  const answer = consume({ Records: kinesisRecords(...records) }, context as Context);
  let is_over = false;
  const over = () => {
    is_over = true;
  };
  answer.then(over, over);
  for (let i = 0; !is_over && i < 2_000; i += 1) {
    await vi.advanceTimersByTimeAsync(10);
    await new Promise(setImmediate);
  }
  return answer;
}

const runNew = (records: unknown[], variables: Record<string, string> = {}) =>
  run(compose({ ...VARIABLES, ...variables }), records);

const aRecord = (fields: object = {}) => ({
  record_id: 'a',
  source: 's',
  text: 'I love my cat',
  ...fields,
});

/**
 * Returns the rows that the consumer inserted into the results table. Each row also contains the
 * name of the table.
 */
function listRows(): Record<string, unknown>[] {
  return dynamodb.commandCalls(BatchExecuteStatementCommand).flatMap(({ args }) =>
    args[0].input.Statements!.map(({ Statement, Parameters }) => {
      const names = [...Statement!.matchAll(/'(\w+)': \?/g)].map(([, name]) => name!);
      const item = Object.fromEntries(names.map((name, i) => [name, Parameters![i]!]));
      return { ...unmarshall(item), table: /INSERT INTO "([^"]+)"/.exec(Statement!)?.[1] };
    }),
  );
}

const listLines = () =>
  firehose
    .commandCalls(PutRecordBatchCommand)
    .flatMap(({ args }) => args[0].input.Records!)
    .flatMap(({ Data }) => Buffer.from(Data!).toString().trimEnd().split('\n'))
    .map((line) => JSON.parse(line));

it('the consumer writes each result to its table for RESULTS_TTL_SECONDS, and to its delivery stream', async () => {
  expect(await runNew([aRecord()])).toEqual({ batchItemFailures: [] });
  expect(listRows()).toMatchObject([
    { table: 'the-results', record_id: 'a', sentiment: 'POSITIVE', text: 'I love my cat' },
  ]);
  expect(Number(listRows()[0]?.expires_at)).toBe(NOW / 1_000 + 7_777);
  const [call] = firehose.commandCalls(PutRecordBatchCommand);
  expect(call?.args[0].input.DeliveryStreamName).toBe('the-lake');
  expect(listLines()).toMatchObject([{ record_id: 'a', text: 'I love my cat' }]);
});

it('the consumer writes a row of a source that RETENTION names for its days', async () => {
  await runNew([aRecord({ source: 'short' })]);
  const [row] = listRows();
  expect(Number(row?.expires_at)).toBe(Math.floor(Number(row?.stamp) / 1_000) + 2 * 86_400);
});

it('the consumer keeps each verdict in its cache table for CACHE_TTL_SECONDS', async () => {
  await runNew([aRecord()]);
  const [read] = dynamodb.commandCalls(BatchGetItemCommand);
  expect(Object.keys(read!.args[0].input.RequestItems!)).toEqual(['the-cache']);
  const [write] = dynamodb.commandCalls(BatchWriteItemCommand);
  const requests = write!.args[0].input.RequestItems!;
  expect(Object.keys(requests)).toEqual(['the-cache']);
  const row = unmarshall(requests['the-cache']![0]!.PutRequest!.Item!);
  expect(row.expires_at).toBe(NOW / 1_000 + 1_111);
});

it('the consumer that stores no text writes no text to the table or the lake', async () => {
  await runNew([aRecord()], {
    PRIVACY: JSON.stringify({ ...DEFAULT_PRIVACY, stored_text: 'none' }),
  });
  expect(listRows()).toHaveLength(1);
  expect(listLines()).toHaveLength(1);
  expect(JSON.stringify([listRows(), listLines()])).not.toContain('cat');
});

it('the consumer decodes the messages that the setting names', async () => {
  const notification = {
    Type: 'Notification',
    TopicArn: 'arn:aws:sns:us-east-1:111122223333:reviews',
    Message: JSON.stringify(aRecord()),
  };
  await runNew([notification]);
  expect(listRows()).toEqual([]);
  await runNew([notification], { UNWRAP: 'sqs,sns' });
  expect(listRows()).toMatchObject([{ record_id: 'a' }]);
});

it('the consumer analyzes a text that is too short to detect its language in DEFAULT_LANGUAGE', async () => {
  await runNew([aRecord({ text: 'ok' })]);
  const [call] = comprehend.commandCalls(BatchDetectSentimentCommand);
  expect(call?.args[0].input.LanguageCode).toBe('fr');
});

it('with NEUTRAL_IDS texts that differ in ids alone are one document of Comprehend, and each row has its own text', async () => {
  const texts = ['Order 829341 is late', 'Order 4410982 is late', 'Order 12 is late'];
  const records = texts.map((text, i) => aRecord({ record_id: `${i}`, text, language: 'en' }));
  const listDocuments = () =>
    comprehend
      .commandCalls(BatchDetectSentimentCommand)
      .flatMap(({ args }) => args[0].input.TextList);
  await runNew(records);
  expect(listDocuments()).toEqual(['Order 48213 is late', 'Order 12 is late']);
  expect(listRows().map(({ text }) => text)).toEqual(texts);
  comprehend.resetHistory();
  await runNew(records, { NEUTRAL_IDS: 'false' });
  expect(listDocuments()).toEqual(texts);
});

it('the consumer reserves its calls from its quota table at ANALYZER_CALLS_PER_SECOND', async () => {
  await runNew([aRecord()]);
  const [call] = dynamodb.commandCalls(UpdateItemCommand);
  expect(call?.args[0].input).toMatchObject({ TableName: 'the-quota' });
  expect(call?.args[0].input.Key).toEqual({ quota: { S: 'comprehend' } });
  expect(unmarshall(call!.args[0].input.ExpressionAttributeValues!)[':rate']).toBe(40);
});

it('the consumer of the bulk stream takes its calls behind those of live consumers', async () => {
  const listUpdates = () =>
    dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input.UpdateExpression);
  await runNew([aRecord()]);
  expect(listUpdates()[0]).toContain('SET next_slot_at');
  dynamodb.resetHistory();
  await runNew([aRecord()], { TRAFFIC: 'bulk' });
  expect(listUpdates()[0]).toContain('SET bulk_queue_at');
});

it('the consumer makes ANALYZER_FALLBACK_CALLS_PER_SECOND calls while its quota table is down', async () => {
  dynamodb.on(UpdateItemCommand).rejects(new Error('down'));
  const called_at: number[] = [];
  comprehend.on(BatchDetectSentimentCommand).callsFake((input: { TextList: string[] }) => {
    called_at.push(Date.now());
    return answerPositive(input);
  });
  const languages = ['en', 'de', 'fr'];
  await runNew(languages.map((language) => aRecord({ record_id: language, language })));
  expect(called_at.map((at) => at - NOW)).toEqual([0, 250, 500]);
});

it('the consumer makes one attempt of each call to Comprehend by itself: each takes a slot of its own', async () => {
  await runNew([aRecord()]);
  const client = comprehend.call(0).thisValue as ComprehendClient;
  expect(await client.config.maxAttempts()).toBe(1);
});

it.each([1, 3])('the consumer has ANALYZER_MAX_IN_FLIGHT=%d calls in flight', async (limit) => {
  let in_flight = 0;
  let most = 0;
  comprehend.on(BatchDetectSentimentCommand).callsFake(async (input: { TextList: string[] }) => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await new Promise((resolve) => setTimeout(resolve, 200));
    in_flight -= 1;
    return answerPositive(input);
  });
  const languages = ['en', 'de', 'fr', 'es', 'it'];
  await runNew(
    languages.map((language) => aRecord({ record_id: language, language })),
    { ANALYZER_MAX_IN_FLIGHT: String(limit) },
  );
  expect(most).toBe(limit);
});

it('the consumer keeps CACHE_MEMORY_ENTRIES verdicts in memory', async () => {
  const countReads = async (entries: string) => {
    const consume = compose({ ...VARIABLES, CACHE_MEMORY_ENTRIES: entries });
    await run(consume, [aRecord(), aRecord({ record_id: 'b', text: 'I hate the rain' })]);
    dynamodb.resetHistory();
    await run(consume, [
      aRecord({ record_id: 'c' }),
      aRecord({ record_id: 'd', text: 'I hate the rain' }),
    ]);
    const calls = dynamodb.commandCalls(BatchGetItemCommand);
    return calls.flatMap(({ args }) => args[0].input.RequestItems!['the-cache']!.Keys!).length;
  };
  expect(await countReads('2')).toBe(0);
  expect(await countReads('1')).toBe(1);
});

it('the consumer spends 80 % of its time on analysis, so that results can still be delivered', async () => {
  comprehend.on(BatchDetectSentimentCommand).callsFake(() => new Promise(() => {}));
  const answer = run(compose(VARIABLES), [aRecord()], 10_000);
  let ended_at = 0;
  void answer.then(() => {
    ended_at = Date.now();
  });
  const { batchItemFailures } = await answer;
  expect(batchItemFailures).toHaveLength(1);
  expect(ended_at - NOW).toBeGreaterThanOrEqual(8_000);
  expect(ended_at - NOW).toBeLessThan(9_500);
});

it('the consumer puts what it sets aside into SET_ASIDE_BUCKET', async () => {
  expect(await runNew(['no JSON'])).toEqual({ batchItemFailures: [] });
  const calls = s3.commandCalls(PutObjectCommand);
  expect(calls.map(({ args }) => args[0].input.Bucket)).toEqual(['the-set-asides']);
});

it('the consumer reads the key of restored records from RESTORE_KEY_ARN, once and only when it needs the key', async () => {
  const key = 'the key';
  secrets
    .on(GetSecretValueCommand, { SecretId: 'arn:the-restore-key' })
    .resolves({ SecretString: key });
  const consume = compose(VARIABLES);
  await run(consume, [aRecord()]);
  expect(secrets.calls()).toHaveLength(0);
  const restored = packRestored(
    {
      bytes: Buffer.from(JSON.stringify({ source: 's', text: 'I am back' })),
      position: { stream_name: 'old', shard_id: 'shardId-1', sequence_number: '77' },
      partition_key: 'k',
      arrived_at: '2026-11-01T00:00:00.000Z',
    },
    key,
  );
  for (const _ of [1, 2]) {
    expect(await run(consume, [restored])).toEqual({ batchItemFailures: [] });
  }
  expect(secrets.calls()).toHaveLength(1);
  expect(listRows()).toContainEqual(
    expect.objectContaining({
      record_id: 'old:shardId-1:77',
      arrived_at: '2026-11-01T00:00:00.000Z',
    }),
  );
});

it('the consumer reads a long text from INPUT_BUCKET, under the tenant of its record', async () => {
  const text = 'A long text that waits';
  s3.on(GetObjectCommand).callsFake(() => ({ Body: { transformToString: async () => text } }));
  const { text: _, ...record } = aRecord({ tenant: 'acme', text_claim: hashText(text) });
  await runNew([record]);
  const [call] = s3.commandCalls(GetObjectCommand);
  expect(call?.args[0].input).toEqual({
    Bucket: 'the-inputs',
    Key: `claims/acme/${hashText(text)}`,
  });
  expect(listRows()).toMatchObject([{ record_id: 'a', tenant: 'acme', text }]);
});

it('the consumer of the bulk stream stores in the jobs table when a batch has begun, and how fast it was', async () => {
  await runNew([aRecord()], { TRAFFIC: 'bulk' });
  const calls = dynamodb.commandCalls(PutItemCommand);
  expect(calls.map(({ args }) => args[0].input.TableName)).toEqual(Array(3).fill('the-jobs'));
  const start = unmarshall(calls[0]!.args[0].input.Item!);
  expect(Date.parse(start.started_at)).toBe(NOW);
  const sample = unmarshall(calls[1]!.args[0].input.Item!);
  expect(sample).toMatchObject({ records: 1 });
  expect(sample.duration_ms).toBeLessThan(60_000);
  expect(Date.parse(sample.ended_at)).toBeGreaterThanOrEqual(NOW);
});

it('the consumer of the live stream stores in the jobs table only how far it is, because jobs are bulk', async () => {
  await runNew([aRecord()]);
  const calls = dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
  expect(calls).toMatchObject([{ TableName: 'the-jobs', Item: { job_id: { S: 'processed' } } }]);
});

it('the consumer stores its position after a marker, and nothing else', async () => {
  expect(await runNew([POSITION_MARKER])).toEqual({ batchItemFailures: [] });
  const calls = dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
  expect(calls).toMatchObject([{ Item: { sequence_number: { S: sequenceNumber(1) } } }]);
  expect(listRows()).toEqual([]);
  expect(listLines()).toEqual([]);
  expect(s3.calls()).toEqual([]);
});

it('the consumer counts a position that it could not store, and processes the batch', async () => {
  dynamodb.on(PutItemCommand).rejects(new Error('away'));
  expect(await runNew([aRecord()])).toEqual({ batchItemFailures: [] });
  expect(listRows()).toHaveLength(1);
  const [line] = listLog().filter(({ message }) => message === 'batch processed');
  expect(line).toMatchObject({ level: 'WARN', position_errors: 1 });
});

it('the consumer reads the jobs of its records from the jobs table', async () => {
  await runNew([aRecord({ job_id: 'job_1', job_index: 0 })]);
  const tables = dynamodb
    .commandCalls(BatchGetItemCommand)
    .flatMap(({ args }) => Object.keys(args[0].input.RequestItems!));
  expect(tables).toContain('the-jobs');
});

it('the batch with the last record of a job asks for its callback', async () => {
  const callback = {
    url: 'https://example.com/hook',
    state: 'pending' as const,
    delivery_id: 'd',
    attempts: [],
  };
  const expires_at = NOW / 1_000 + 60;
  const job = aProcessingJob({ job_id: 'job_1', total: 1, expires_at, callback });
  const row = rowOf(job);
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({
    Responses: 'the-jobs' in RequestItems ? { 'the-jobs': [row] } : {},
    UnprocessedKeys: {},
  }));
  dynamodb.on(UpdateItemCommand, { TableName: 'the-jobs' }).callsFake((input) => {
    const { Key, ExpressionAttributeValues: values } = input;
    return { Attributes: Key.part.S === 'job' ? row : { ...Key, counts: values[':counts'] } };
  });
  await runNew([aRecord({ tenant: 'acme', job_id: 'job_1', job_index: 0 })]);
  expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toMatchObject({
    QueueUrl: 'https://sqs.example/callbacks',
    MessageBody: '{"job_id":"job_1","attempt":1}',
  });
});

/** Returns the lines that the consumer has written to its log, as parsed JSON. */
function listLog(): Record<string, unknown>[] {
  return [process.stdout, process.stderr]
    .flatMap((stream) => vi.mocked(stream.write).mock.calls)
    .flatMap(([text]) => String(text).split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

it('the consumer logs a batch under the id of its request, and what the batch took of the quota', async () => {
  await runNew([aRecord()]);
  const [line] = listLog().filter(({ message }) => message === 'batch processed');
  expect(line).toMatchObject({
    service: 'aurastream-consumer',
    request_id: 'request-1',
    results: 1,
    quota: { quota_calls: 1, quota_calls_per_second: 40, breaker_open: 0 },
  });
});

it('the consumer publishes its metrics in the namespace AuraStream, by service and environment', async () => {
  await runNew([aRecord()]);
  const [line] = listLog().filter((one) => '_aws' in one);
  expect(line).toMatchObject({
    service: 'consumer',
    environment: 'staging',
    results: 1,
    quota_calls: 1,
    _aws: {
      CloudWatchMetrics: [{ Namespace: 'AuraStream', Dimensions: [['service', 'environment']] }],
    },
  });
});

it('the consumer stops calling an analyzer that is down, and says so in its metrics', async () => {
  const down = Object.assign(new Error('no'), { name: 'InternalServerException' });
  comprehend.on(BatchDetectSentimentCommand).rejects(down);
  const consume = compose(VARIABLES);
  const languages = ['en', 'de', 'fr', 'es', 'it'];
  await run(
    consume,
    languages.map((language) => aRecord({ record_id: language, language })),
  );
  const { batchItemFailures } = await run(consume, [aRecord()], 100);
  expect(batchItemFailures).toHaveLength(1);
  // Each of the first five calls is attempted three times. The sixth call is spared.
  expect(comprehend.commandCalls(BatchDetectSentimentCommand)).toHaveLength(15);
  const [last] = listLog()
    .filter((one) => '_aws' in one)
    .slice(-1);
  expect(last).toMatchObject({ breaker_open: 1, breaker_spared: 1, quota_calls: 0 });
});

it('the consumer delays its answer when a batch makes no progress for the second time', async () => {
  const denied = Object.assign(new Error('no'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
  comprehend.on(BatchDetectSentimentCommand).rejects(denied);
  const consume = compose(VARIABLES);
  await run(consume, [aRecord()]);
  const before = Date.now();
  await run(consume, [aRecord()]);
  expect(Date.now() - before).toBeGreaterThanOrEqual(1_000);
});

it('the consumer asks for callbacks in CALLBACK_QUEUE_URL', async () => {
  const environment = parseEnvironment(consumerEnvironmentSchema, VARIABLES);
  await createRareCallbacks(environment).send({ job_id: 'job_1', attempt: 1 }, 7);
  const [call] = sqs.commandCalls(SendMessageCommand);
  expect(call?.args[0].input).toEqual({
    QueueUrl: 'https://sqs.example/callbacks',
    MessageBody: '{"job_id":"job_1","attempt":1}',
    DelaySeconds: 7,
  });
});

it.each(Object.keys(VARIABLES))('the consumer does not start without %s', (name) => {
  expect(() => compose({ ...VARIABLES, [name]: undefined })).toThrow(name);
});
