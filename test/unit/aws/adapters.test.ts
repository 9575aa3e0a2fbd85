import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createApiKeys } from '../../../aws/api-gateway/api-keys.ts';
import { createQuery, QueryError } from '../../../aws/athena/query.ts';
import { createClient } from '../../../aws/clients.ts';
import { createKinesisStream } from '../../../aws/kinesis/stream.ts';
import { parseApiKey } from '../../../schemas/index.ts';

const kinesis = mockClient(KinesisClient);
const athena = mockClient(AthenaClient);
const gateway = mockClient(APIGatewayClient);
beforeEach(() => {
  for (const mock of [kinesis, athena, gateway]) mock.reset();
});

const stream = createKinesisStream({ client: kinesis as never, stream_name: 'records' });
const entries = ['a', 'b', 'c'].map((key) => ({ data: Buffer.from(key), partition_key: key }));

it('a request to the stream has each entry in order, and each gets its own outcome', async () => {
  kinesis.on(PutRecordsCommand).resolves({
    Records: [
      { ShardId: 'shardId-0', SequenceNumber: '1' },
      { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' },
    ],
  });
  expect(await stream.putRecords(entries)).toEqual([
    { ok: true, shard_id: 'shardId-0', sequence_number: '1' },
    { ok: false, code: 'ProvisionedThroughputExceededException' },
    { ok: false, code: 'MissingResult' },
  ]);
  const [call] = kinesis.commandCalls(PutRecordsCommand);
  expect(call?.args[0].input).toEqual({
    StreamName: 'records',
    Records: ['a', 'b', 'c'].map((key) => ({ Data: Buffer.from(key), PartitionKey: key })),
  });
});

it('a request that the stream refuses as a whole is an error that says whether to retry', async () => {
  const refusal = (name: string, httpStatusCode: number) =>
    Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
  kinesis.on(PutRecordsCommand).rejects(refusal('ResourceNotFoundException', 400));
  await expect(stream.putRecords(entries)).rejects.toMatchObject({ retryable: false });
  kinesis.on(PutRecordsCommand).rejects(refusal('InternalFailure', 500));
  await expect(stream.putRecords(entries)).rejects.toMatchObject({
    service: 'kinesis',
    code: 'InternalFailure',
    retryable: true,
  });
});

const query = createQuery({ client: athena as never, work_group: 'group', database: 'lake' });
const cells = (...values: (string | undefined)[]) => ({
  Data: values.map((VarCharValue) => ({ VarCharValue })),
});
const state = (State: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED', reason?: string) => ({
  QueryExecution: { Status: { State, StateChangeReason: reason } },
});

it('a query waits until Athena is done, and collects all pages without the header, with types', async () => {
  const ResultSetMetadata = {
    ColumnInfo: [
      { Name: 'source', Type: 'varchar' },
      { Name: 'n', Type: 'bigint' },
      { Name: 'ok', Type: 'boolean' },
    ],
  };
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena.on(GetQueryExecutionCommand).resolvesOnce(state('RUNNING')).resolves(state('SUCCEEDED'));
  athena.on(GetQueryResultsCommand).callsFake(({ QueryExecutionId, NextToken }) => {
    expect(QueryExecutionId).toBe('id');
    return NextToken === undefined
      ? {
          NextToken: 'more',
          ResultSet: {
            ResultSetMetadata,
            Rows: [cells('source', 'n', 'ok'), cells('a', '1', 'true')],
          },
        }
      : {
          ResultSet: {
            ResultSetMetadata,
            Rows: [cells('source', 'n', 'ok'), cells(undefined, '2.5', 'false')],
          },
        };
  });
  expect(await query('SELECT 1')).toEqual({
    columns: ['source', 'n', 'ok'],
    types: ['varchar', 'bigint', 'boolean'],
    rows: [
      { source: 'a', n: 1, ok: true },
      { source: 'source', n: Number.NaN, ok: false },
      { source: null, n: 2.5, ok: false },
    ],
  });
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
    QueryString: 'SELECT 1',
    WorkGroup: 'group',
    QueryExecutionContext: { Database: 'lake' },
  });
});

it.each([
  ['failed', state('FAILED', 'no such column'), 'no such column'],
  ['was cancelled', state('CANCELLED'), 'The query was cancelled'],
])('a query that %s is a QueryError with the reason of Athena', async (_, answer, message) => {
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena
    .on(GetQueryExecutionCommand)
    .resolvesOnce(answer)
    .rejects(new Error('The query was asked about after its end'));
  const asked = query('SELECT 1');
  await expect(asked).rejects.toBeInstanceOf(QueryError);
  await expect(asked).rejects.toThrow(message);
});

const plans = { starter: 'plan-s', growth: 'plan-g' };
const keys = createApiKeys({ client: gateway as never, usage_plan_ids: plans });

it('a new API key names its tenant and tier, is enabled, and is in the usage plan of the tier', async () => {
  const createdDate = new Date('2026-11-23T10:00:00Z');
  gateway.on(CreateApiKeyCommand).resolves({ id: 'key-1', createdDate });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
  const made = await keys.create({ tenant: 'acme', tier: 'growth' });
  expect(made).toEqual({
    key_id: 'key-1',
    name: 'acme growth',
    tenant: 'acme',
    tier: 'growth',
    rights: ['read', 'publish', 'jobs'],
    enabled: true,
    created_at: '2026-11-23T10:00:00.000Z',
    api_key: expect.any(String),
  });
  expect(parseApiKey(made.api_key)).toMatchObject({ tenant: 'acme', tier: 'growth' });
  const second = await keys.create({ tenant: 'acme', tier: 'growth', name: 'mine' });
  expect(second.api_key).not.toBe(made.api_key);
  const inputs = gateway.commandCalls(CreateApiKeyCommand).map(({ args }) => args[0].input);
  expect(inputs).toEqual([
    { name: 'acme growth', value: made.api_key, enabled: true },
    { name: 'mine', value: second.api_key, enabled: true },
  ]);
  expect(gateway.commandCalls(CreateUsagePlanKeyCommand)[0]?.args[0].input).toEqual({
    usagePlanId: 'plan-g',
    keyId: 'key-1',
    keyType: 'API_KEY',
  });
});

it('an API key of a tier without a usage plan is not created, and the error names the plans', async () => {
  const creating = keys.create({ tenant: 'acme', tier: 'enterprise' });
  await expect(creating).rejects.toThrow('no usage plan enterprise; its plans are starter, growth');
  expect(gateway.calls()).toHaveLength(0);
});

it('the list of API keys has all pages, and only keys of the own usage plans', async () => {
  gateway.on(CreateApiKeyCommand).resolves({ id: 'key-1' });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
  const { api_key } = await keys.create({ tenant: 'acme', tier: 'starter' });
  const createdDate = new Date('2026-11-23T10:00:00Z');
  gateway.on(GetApiKeysCommand).callsFake(({ position, includeValues }) => {
    expect(includeValues).toBe(true);
    return position === undefined
      ? { position: 'next', items: [{ id: 'foreign', value: 'other', enabled: true }] }
      : {
          items: ['key-1', 'of-another-stack'].map((id) => ({
            ...{ id, name: 'n', value: api_key, enabled: false, createdDate },
          })),
        };
  });
  gateway.on(GetUsagePlanKeysCommand).callsFake(({ usagePlanId, position }) => {
    if (usagePlanId !== 'plan-s') return {};
    return position === undefined
      ? { position: 'next', items: [{ id: 'foreign' }] }
      : { items: [{ id: 'key-1' }] };
  });
  const found = [];
  for await (const key of keys.list()) found.push(key);
  expect(found).toEqual([
    {
      key_id: 'key-1',
      name: 'n',
      tenant: 'acme',
      tier: 'starter',
      rights: ['read', 'publish', 'jobs'],
      enabled: false,
      created_at: '2026-11-23T10:00:00.000Z',
      api_key,
    },
  ]);
});

it('a revoked API key is deleted', async () => {
  gateway.on(DeleteApiKeyCommand).resolves({});
  await keys.revoke('key-1');
  expect(gateway.commandCalls(DeleteApiKeyCommand)[0]?.args[0].input).toEqual({ apiKey: 'key-1' });
});

it('a client ends a call that is silent for 15 seconds, and a connection that takes longer than 2', () => {
  const seen: Record<string, unknown>[] = [];
  class Client {
    middlewareStack = { remove: (name: string) => seen.push({ removed: name }) > 0 };
    constructor(settings: object) {
      seen.push({ ...settings });
    }
  }
  createClient(Client);
  createClient(Client, { max_attempts: 1, requestHandler: {}, region: 'r' });
  const requestHandler = {
    connectionTimeout: 2_000,
    requestTimeout: 15_000,
    throwOnRequestTimeout: true,
  };
  expect(seen).toEqual([
    { requestHandler },
    { removed: 'loggerMiddleware' },
    { requestHandler: {}, maxAttempts: 1, region: 'r' },
    { removed: 'loggerMiddleware' },
  ]);
});
