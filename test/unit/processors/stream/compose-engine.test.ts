import {
  BatchDetectSentimentCommand,
  ComprehendClient,
  DetectPiiEntitiesCommand,
  type PiiEntity,
} from '@aws-sdk/client-comprehend';
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
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compose } from '../../../../processors/stream/compose.ts';
import { DEFAULT_PRIVACY } from '../../../fakes/privacy.ts';
import { createFakeQuotaTable } from '../../../fakes/quota-table.ts';
import { CONSUMER_VARIABLES } from '../../../support/consumer-variables.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const [comprehend, dynamodb, firehose, s3] = [
  mockClient(ComprehendClient),
  mockClient(DynamoDBClient),
  mockClient(FirehoseClient),
  mockClient(S3Client),
];
const log: string[] = [];

/** A name that the local detectors do not find. */
const NAME = 'Ada Lovelace';
const TEXT = `${NAME} of the help desk was kind, write to ada@example.com`;
const findName = ({ Text = '' }: { Text?: string }): { Entities: PiiEntity[] } => {
  const BeginOffset = Text.indexOf(NAME);
  if (BeginOffset === -1) return { Entities: [] };
  const EndOffset = BeginOffset + NAME.length;
  return { Entities: [{ Type: 'NAME', Score: 0.99, BeginOffset, EndOffset }] };
};

beforeEach(() => {
  log.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => log.push(String(line)) > 0);
  }
  for (const mock of [comprehend, dynamodb, firehose, s3]) mock.reset();
  comprehend.on(DetectPiiEntitiesCommand).callsFake(findName);
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
  const quotas = createFakeQuotaTable();
  dynamodb.on(GetItemCommand).callsFake((input) => quotas.client.send(new GetItemCommand(input)));
  dynamodb
    .on(UpdateItemCommand)
    .callsFake((input) => quotas.client.send(new UpdateItemCommand(input)));
  firehose.on(PutRecordBatchCommand).resolves({ FailedPutCount: 0 });
  s3.on(PutObjectCommand).resolves({});
});
afterEach(() => vi.restoreAllMocks());

const VARIABLES = {
  ...CONSUMER_VARIABLES,
  PRIVACY_CALLS_PER_SECOND: '200',
  PRIVACY_FALLBACK_CALLS_PER_SECOND: '20',
};

/** Runs the consumer on texts in English, and returns the failed records. */
async function run(
  engine: string,
  texts: string[],
  { language = 'en', ...variables }: Record<string, string> = {},
) {
  const privacy = JSON.stringify({ ...DEFAULT_PRIVACY, engine });
  const consume = compose({ ...VARIABLES, PRIVACY: privacy, ...variables });
  const records = texts.map((text, i) => ({ record_id: `r-${i}`, source: 's', text, language }));
  const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 4_000 } as Context;
  const { batchItemFailures } = await consume({ Records: kinesisRecords(...records) }, context);
  return batchItemFailures;
}

const listSearched = () =>
  comprehend.commandCalls(DetectPiiEntitiesCommand).map(({ args }) => args[0].input);
const listAnalysed = () =>
  comprehend
    .commandCalls(BatchDetectSentimentCommand)
    .flatMap(({ args }) => args[0].input.TextList);
const listLines = () =>
  firehose
    .commandCalls(PutRecordBatchCommand)
    .flatMap(({ args }) => args[0].input.Records ?? [])
    .flatMap(({ Data }) => Buffer.from(Data!).toString().trim().split('\n'))
    .map((line) => JSON.parse(line));
const readMetrics = () =>
  Object.assign({}, ...log.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line)));
const failWith = (name: string, status = 400) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });

it('with the engine both, what Comprehend and the local detectors find is masked in all that is sent and stored', async () => {
  expect(await run('both', [TEXT])).toEqual([]);
  expect(listSearched()).toEqual([{ Text: TEXT, LanguageCode: 'en' }]);
  const masked = '[NAME] of the help desk was kind, write to [EMAIL]';
  expect(listAnalysed()).toEqual([masked]);
  expect(listLines()).toMatchObject([
    { text: masked, pii: { types: ['EMAIL', 'NAME'], count: 2, redacted: true, failed: false } },
  ]);
});

it('with the engine comprehend, only Comprehend searches texts in its languages', async () => {
  await run('comprehend', [TEXT]);
  expect(listAnalysed()).toEqual(['[NAME] of the help desk was kind, write to ada@example.com']);
});

it.each(['comprehend', 'both'])(
  'with the engine %s, a text in a language that Comprehend does not support is searched locally',
  async (engine) => {
    await run(engine, [TEXT], { language: 'de' });
    expect(listSearched()).toEqual([]);
    expect(listAnalysed()).toEqual([`${NAME} of the help desk was kind, write to [EMAIL]`]);
  },
);

it('with the engine local, no text is sent to DetectPiiEntities', async () => {
  await run('local', [TEXT]);
  expect(listSearched()).toEqual([]);
  expect(readMetrics()).not.toHaveProperty('pii_calls');
});

it('equal texts of a tenant are searched and billed once, and the units and calls are metrics', async () => {
  await run('both', [TEXT, TEXT, 'short']);
  expect(listSearched()).toHaveLength(2);
  expect(readMetrics()).toMatchObject({ pii_calls: 2, pii_units: 6, pii_throttles: 0 });
});

it('each search takes a slot of an entry of its own in the quota ledger', async () => {
  await run('both', [TEXT]);
  const keys = dynamodb
    .commandCalls(UpdateItemCommand)
    .flatMap(({ args }) => args[0].input.Key?.quota?.S ?? []);
  expect(new Set(keys)).toEqual(new Set(['comprehend-pii', 'comprehend']));
  const { config } = comprehend.call(0).thisValue as ComprehendClient;
  expect(await config.maxAttempts()).toBe(1);
});

it.each([
  { why: 'throttles', error: failWith('ThrottlingException') },
  { why: 'is down', error: failWith('InternalServerException', 500) },
  { why: 'denies access', error: failWith('AccessDeniedException') },
])(
  'while DetectPiiEntities $why, a record is delivered again and nothing of it is sent or stored',
  async ({ error }) => {
    comprehend.on(DetectPiiEntitiesCommand).rejects(error);
    expect(await run('both', [TEXT])).toHaveLength(1);
    expect([...listAnalysed(), ...listLines(), ...s3.calls()]).toEqual([]);
    expect(log.join('')).not.toContain(NAME);
  },
);

it.each(['TextSizeLimitExceededException', 'InvalidRequestException', 'ValidationException'])(
  'a text that DetectPiiEntities refuses with %s is masked whole, and its result says so',
  async (name) => {
    comprehend.on(DetectPiiEntitiesCommand).rejects(failWith(name));
    expect(await run('both', [TEXT, 'I love my cat'])).toEqual([]);
    expect(listLines()).toMatchObject([
      { text: '[REDACTED]', pii: { failed: true, redacted: true } },
      { text: '[REDACTED]', pii: { failed: true, redacted: true } },
    ]);
    expect(listAnalysed()).toEqual([]);
  },
);

it('after five failures the circuit opens, and further texts wait without a call', async () => {
  comprehend.on(DetectPiiEntitiesCommand).rejects(failWith('InternalServerException', 500));
  const texts = Array.from({ length: 100 }, (_, i) => `${TEXT} ${i}`);
  expect((await run('both', texts)).length).toBeGreaterThan(0);
  expect(listSearched().length).toBeLessThan(texts.length);
  expect(readMetrics()).toMatchObject({ pii_breaker_open: 1 });
});

it('a text that no budget can search is set aside as over budget, with what the local detectors find masked', async () => {
  const BUDGETS = JSON.stringify({ by_tenant: { default: 2 } });
  expect(await run('both', [TEXT], { BUDGETS })).toEqual([]);
  expect([...listSearched(), ...listAnalysed()]).toEqual([]);
  const [put] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
  const set_aside = JSON.parse(String(put?.Body));
  expect(set_aside).toMatchObject({ reason: 'over_budget' });
  const bytes = Buffer.from(set_aside.data_base64, 'base64').toString();
  expect(bytes).toContain('[EMAIL]');
});

it('the consumer does not start if the engine calls Comprehend and its rate is missing', async () => {
  const { PRIVACY_CALLS_PER_SECOND: _, ...variables } = VARIABLES;
  const PRIVACY = JSON.stringify({ ...DEFAULT_PRIVACY, engine: 'both' });
  expect(() => compose({ ...variables, PRIVACY })).toThrow('PRIVACY_CALLS_PER_SECOND');
});
