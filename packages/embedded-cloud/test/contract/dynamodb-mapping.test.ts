/**
 * Tests of event source mappings whose source is the stream of a table, through the AWS SDK. The
 * rules are from these pages of AWS:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bootCloud } from '../../src/boot.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { PolicyStatement } from '../../src/gateway/policy.ts';
import { createCallers } from '../../src/runtime/callers.ts';
import { createDynamoDbSource } from '../../src/runtime/event-source/dynamodb-source.ts';
import { type Mapping, startMapping } from '../../src/runtime/event-source/mapping.ts';
import {
  type MappingProperties,
  mappingSettings,
} from '../../src/runtime/event-source/settings.ts';
import { createServiceCall } from '../../src/runtime/service-call.ts';
import { createDynamoDb, type DynamoDbService } from '../../src/services/dynamodb.ts';
import { createMemoryDestination } from '../support/memory-stream.ts';
import { streamedTable, writeCloud } from '../support/small-cloud.ts';
import type { Attributes } from '../support/table-streams.ts';
import { WAIT } from '../support/wait.ts';

const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator'];
const GRANTS: PolicyStatement[] = [
  { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
  {
    Effect: 'Allow',
    Action: STREAM_ACTIONS.map((name) => `dynamodb:${name}`),
    Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/*/stream/*',
  },
];
const ROLE_ARN = 'arn:aws:iam::000000000000:role/handler';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:handler';

const callers = createCallers('root');
const credentials = {
  full: callers.register('Handler', 'Full'),
  bare: callers.register('Bare', 'Bare'),
};
let ahead_ms = 0;
const currentTime = () => Date.now() + ahead_ms;
let service: DynamoDbService;
let gateway: Gateway;
let client: DynamoDBClient;
let endpoint: string;

beforeAll(async () => {
  service = await createDynamoDb({ now: currentTime, stream_shards: 1 });
  gateway = createGateway({
    services: [service],
    findIdentity: callers.find,
    policiesOf: (role) => (role === 'Full' ? GRANTS : GRANTS.slice(0, 1)),
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  endpoint = `http://127.0.0.1:${port}`;
  const { access_key_id, secret_access_key } = callers.owner;
  client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key },
  });
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});

async function createTable(TableName: string): Promise<string> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await vi.waitFor(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  }, WAIT);
  return TableDescription!.LatestStreamArn!;
}

const put = (TableName: string, id: string, more: Attributes = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));

type Handler = (event: DynamoDBStreamEvent) => unknown;

/** Starts a mapping whose function is `handle`. The array `ids` lists the delivered records. */
async function map(
  stream_arn: string,
  properties: Partial<MappingProperties> = {},
  handle: Handler = () => ({}),
  options: { caller?: (typeof credentials)['full']; directory?: string } = {},
) {
  const { caller = credentials.full } = options;
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'embedded-cloud-ddb-')));
  const ids: string[] = [];
  const batches: DynamoDBStreamEvent['Records'][] = [];
  const { destination, reports } = createMemoryDestination();
  const settings = mappingSettings(
    { FunctionName: 'handler', EventSourceArn: stream_arn, ...properties },
    () => 1,
  );
  const mapping = startMapping({
    mapping_id: 'mapping',
    function_arn: FUNCTION_ARN,
    role_arn: ROLE_ARN,
    settings,
    source: createDynamoDbSource(
      stream_arn,
      createServiceCall({
        service: 'dynamodb',
        caller: callers.find(caller.access_key_id)!.caller,
        dispatch: gateway.dispatch,
      }),
      service,
    ),
    destination,
    async invoke(payload) {
      const event = JSON.parse(payload) as DynamoDBStreamEvent;
      batches.push(event.Records);
      ids.push(...event.Records.map(({ dynamodb }) => String(dynamodb?.Keys?.id?.S)));
      try {
        const answer = await handle(event);
        return { kind: 'answered', request_id: 'r', payload: JSON.stringify(answer) };
      } catch {
        return { kind: 'failed', request_id: 'r', payload: '{}' };
      }
    },
    directory,
    now: currentTime,
    pace: { idle_ms: 20, busy_ms: 5, error_ms: 20, refresh_ms: 200 },
  });
  return { mapping, ids, batches, reports, directory };
}

const idle = (mapping: Mapping, since = currentTime()) =>
  vi.waitFor(
    () =>
      expect(mapping.status()).toSatisfy(
        ({ idle: is, caught_up_at }) => is && caught_up_at > since,
      ),
    WAIT,
  );

it('a mapping delivers the records of a table in the form of Lambda, expired items with their identity', async () => {
  const stream_arn = await createTable('shape');
  const TimeToLiveSpecification = { AttributeName: 'expires_at', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: 'shape', TimeToLiveSpecification }));
  const expires_at = { N: String(Math.floor(Date.now() / 1000) - 1) };
  const item = { bytes: { B: Buffer.from([1, 2]) }, list: { L: [{ NULL: true as const }] } };
  await put('shape', 'a', { expires_at, ...item });
  expect(await service.sweepExpired(Date.now())).toBe(1);
  const { mapping, batches } = await map(stream_arn);
  await idle(mapping);
  await mapping.stop();
  const image = {
    id: { S: 'a' },
    expires_at,
    bytes: { B: 'AQI=' },
    list: { L: [{ NULL: true }] },
  };
  const common = {
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN: stream_arn,
  };
  const dynamodb = {
    ApproximateCreationDateTime: expect.toSatisfy(Number.isInteger),
    Keys: { id: { S: 'a' } },
    SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
    SizeBytes: expect.any(Number),
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  };
  expect(batches.flat()).toEqual([
    { ...common, eventName: 'INSERT', dynamodb: { ...dynamodb, NewImage: image } },
    {
      ...common,
      eventName: 'REMOVE',
      dynamodb: { ...dynamodb, OldImage: image },
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    },
  ]);
});

interface WindowEvent extends DynamoDBStreamEvent {
  window: { start: string; end: string };
  state: Record<string, unknown>;
  shardId: string;
  isFinalInvokeForWindow: boolean;
}

it('a mapping with a tumbling window names the shard, hands the state on within the window, and ends the window', async () => {
  const stream_arn = await createTable('windows');
  const events: WindowEvent[] = [];
  const window = { BatchSize: 1, TumblingWindowInSeconds: 60 };
  for (const id of ['a', 'b']) await put('windows', id);
  ahead_ms += 120_000;
  await put('windows', 'c');
  const { mapping } = await map(stream_arn, window, (event) => {
    events.push(event as WindowEvent);
    return { state: { seen: events.length } };
  });
  await idle(mapping);
  await mapping.stop();
  const open = events.filter((event) => !event.isFinalInvokeForWindow);
  expect(open.map(({ Records }) => Records[0]?.dynamodb?.Keys?.id?.S)).toEqual(['a', 'b', 'c']);
  for (const { window: at, shardId, Records } of events) {
    expect(shardId).toMatch(/^shardId-/);
    expect(Date.parse(at.end) - Date.parse(at.start)).toBe(60_000);
    for (const { dynamodb } of Records) {
      const created = Number(dynamodb?.ApproximateCreationDateTime) * 1_000;
      expect(created).toBeGreaterThanOrEqual(Date.parse(at.start));
      expect(created).toBeLessThan(Date.parse(at.end));
    }
  }
  // `a` and `b` may be in two windows. Each window that ends gets the state of its last invocation.
  for (const [i, event] of events.entries()) {
    const before = events[i - 1];
    const is_first = before === undefined || before.isFinalInvokeForWindow;
    expect(event.state).toEqual(is_first ? {} : { seen: i });
    if (event.isFinalInvokeForWindow) expect(event.Records).toEqual([]);
  }
  expect(events.at(-2)?.isFinalInvokeForWindow).toBe(true);
});

it('a mapping with a tumbling window delivers a batch again until the answer has a state', async () => {
  const stream_arn = await createTable('stateless');
  await put('stateless', 'a');
  const answers = [{}, { state: null }, { state: 'text' }, { state: {} }];
  const { mapping, ids } = await map(stream_arn, { TumblingWindowInSeconds: 900 }, () =>
    answers.shift(),
  );
  await idle(mapping);
  await mapping.stop();
  expect(ids).toEqual(['a', 'a', 'a', 'a']);
  expect(answers).toEqual([]);
});

it('a window that the function cannot end is ended again before the next batch', async () => {
  const stream_arn = await createTable('unending');
  await put('unending', 'a');
  ahead_ms += 120_000;
  await put('unending', 'b');
  const finals: boolean[] = [];
  const { mapping, ids } = await map(
    stream_arn,
    { BatchSize: 1, TumblingWindowInSeconds: 60 },
    (event) => {
      const is_final = (event as WindowEvent).isFinalInvokeForWindow;
      finals.push(is_final);
      if (is_final && finals.length === 2) throw new Error('boom');
      return { state: {} };
    },
  );
  await idle(mapping);
  await mapping.stop();
  expect(finals).toEqual([false, true, true, false]);
  expect(ids).toEqual(['a', 'b']);
});

it('a mapping of a table reports failing records with the whole event, and delivers the others', async () => {
  const stream_arn = await createTable('poison');
  for (const id of ['a', 'bomb', 'b', 'poison', 'c']) await put('poison', id);
  const { mapping, ids, reports } = await map(
    stream_arn,
    {
      BatchSize: 5,
      MaximumRetryAttempts: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
    ({ Records }) => {
      const has = (id: string) => Records.find(({ dynamodb }) => dynamodb?.Keys?.id?.S === id);
      if (has('bomb')) throw new Error('boom');
      const failed = has('poison')?.dynamodb?.SequenceNumber;
      return { batchItemFailures: failed ? [{ itemIdentifier: failed }] : [] };
    },
  );
  await idle(mapping);
  await mapping.stop();
  expect(new Set(ids)).toEqual(new Set(['a', 'bomb', 'b', 'poison', 'c']));
  const given_up = reports.flatMap(({ report }) =>
    (JSON.parse(report.payload) as DynamoDBStreamEvent).Records.map(
      ({ dynamodb }) => dynamodb?.Keys?.id?.S,
    ),
  );
  expect(given_up.sort()).toEqual(['bomb', 'c', 'poison']);
  expect(reports[0]?.report).toMatchObject({
    DDBStreamBatchInfo: { streamArn: stream_arn, batchSize: expect.any(Number) },
    requestContext: { condition: 'RetryAttemptsExhausted' },
  });
});

it('a mapping reads the parents of a stream before their children, and items in order with several batches at a time', async () => {
  const stream_arn = await createTable('order');
  for (let n = 0; n < 60; n += 1) {
    await put('order', `k${n % 7}`, { n: { N: String(n) } });
    if (n === 20) await service.replaceShards(2, 'order');
    if (n === 40) await service.replaceShards(1, 'order');
  }
  const { mapping, batches } = await map(stream_arn, { BatchSize: 5, ParallelizationFactor: 4 });
  await idle(mapping);
  await mapping.stop();
  const seen = batches.flat().map(({ dynamodb }) => {
    return { id: dynamodb?.Keys?.id?.S, n: Number(dynamodb?.NewImage?.n?.N) };
  });
  expect(seen).toHaveLength(60);
  for (let key = 0; key < 7; key += 1) {
    const numbers = seen.filter(({ id }) => id === `k${key}`).map(({ n }) => n);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  }
});

it('a mapping with the position LATEST leaves out what was written before it, also in later shards and after a restart', async () => {
  const stream_arn = await createTable('latest');
  await put('latest', 'before');
  const written_at = currentTime();
  await vi.waitFor(() => expect(currentTime()).toBeGreaterThan(written_at + 1), WAIT);
  const first = await map(stream_arn, { StartingPosition: 'LATEST' });
  await idle(first.mapping);
  await first.mapping.stop();
  await put('latest', 'while stopped');
  await service.replaceShards(2, 'latest');
  await put('latest', 'after');
  const { directory } = first;
  const second = await map(stream_arn, { StartingPosition: 'LATEST' }, undefined, { directory });
  await idle(second.mapping);
  await second.mapping.stop();
  expect([...first.ids, ...second.ids]).toEqual(['while stopped', 'after']);
});

it('a mapping whose next record is older than 24 hours goes on at the oldest record', async () => {
  const stream_arn = await createTable('slow');
  await put('slow', 'old');
  const first = await map(stream_arn);
  await idle(first.mapping);
  await first.mapping.stop();
  await put('slow', 'lost');
  ahead_ms += 25 * 3_600_000;
  await put('slow', 'young');
  const { directory } = first;
  const second = await map(stream_arn, {}, undefined, { directory });
  await idle(second.mapping);
  await second.mapping.stop();
  expect(second.ids).toEqual(['young']);
});

it("a mapping of a table reads as the function's role: a missing grant shows as a problem, and every grant is used", async () => {
  const stream_arn = await createTable('denied');
  const { mapping } = await map(stream_arn, {}, undefined, { caller: credentials.bare });
  await vi.waitFor(
    () =>
      expect(mapping.status().last_processing_result).toMatch(
        /^PROBLEM: AccessDeniedException: .*dynamodb:DescribeStream on resource: .*table\/denied\/stream\//,
      ),
    WAIT,
  );
  await mapping.stop();
  expect(gateway.iam.unusedGrants().filter(({ role }) => role === 'Full')).toEqual([]);
});

it('a mapping of a table starts at the oldest or the newest record, and not at a time', () => {
  const properties = {
    FunctionName: 'handler',
    EventSourceArn: 'arn:aws:dynamodb:us-east-1:0:table/a',
  };
  const settings = { ...properties, StartingPosition: 'AT_TIMESTAMP' as const };
  expect(() => mappingSettings(settings, () => 0)).toThrow('TRIM_HORIZON or LATEST');
});

const filters = (...patterns: (object | string)[]) => ({
  FilterCriteria: {
    Filters: patterns.map((pattern) => ({
      Pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern),
    })),
  },
});
const exists = { id: { S: [{ exists: true }] } };

it('a mapping with a filter delivers only the records that match, also after a restart', async () => {
  const stream_arn = await createTable('filtered');
  for (const n of ['1', '2']) {
    for (const id of ['a', 'b', 'c']) await put('filtered', id, { n: { N: n } });
  }
  const both = filters({ dynamodb: { OldImage: exists, NewImage: exists } });
  const first = await map(stream_arn, { ...both, BatchSize: 2 });
  await idle(first.mapping);
  expect(first.ids).toEqual(['a', 'b', 'c']);
  await client.send(new DeleteItemCommand({ TableName: 'filtered', Key: { id: { S: 'a' } } }));
  await vi.waitFor(() => expect(first.mapping.status().records_filtered_out).toBe(4), WAIT);
  const names = first.batches.flat().map(({ eventName }) => eventName);
  expect(new Set(names)).toEqual(new Set(['MODIFY']));
  await first.mapping.stop();
  const { directory } = first;
  const second = await map(stream_arn, both, undefined, { directory });
  await idle(second.mapping);
  await second.mapping.stop();
  expect(second.ids).toEqual([]);
  // The last record was left out, and the checkpoint is behind it.
  expect(second.mapping.status()).toMatchObject({ records_filtered_out: 0 });
});

it('a mapping that leaves out all records of a closed shard goes on with its children', async () => {
  const stream_arn = await createTable('left-out');
  await put('left-out', 'a');
  await service.replaceShards(1, 'left-out');
  await put('left-out', 'b');
  const wanted = filters({ dynamodb: { Keys: { id: { S: ['b'] } } } });
  const { mapping, ids } = await map(stream_arn, wanted);
  await idle(mapping);
  await mapping.stop();
  expect(ids).toEqual(['b']);
});

const keys = (S: unknown) => filters({ dynamodb: { Keys: { id: { S } } } });

it.each<[string, object, RegExp]>([
  ['six filters', filters(...Array(6).fill({ dynamodb: {} })), /at most 5/],
  ['a pattern of 4,097 characters', filters(' '.repeat(4097)), /4096 characters/],
  ['a pattern that is no JSON', filters('{'), /not a JSON object/],
  ['a pattern that is a list', filters('[]'), /not a JSON object/],
  [
    'the name of the event',
    filters({ eventName: ['MODIFY'] }),
    /by "dynamodb", not by "eventName"/,
  ],
  ['a number', keys([{ numeric: ['=', 5] }]), /compares no numbers/],
  ['a value that is in no list', keys('a'), /dynamodb\.Keys\.id\.S: a leaf must be a list/],
  ['an empty list', keys([]), /a leaf must be a list with values/],
  ['an unknown operator', keys([{ like: 'a' }]), /is not emulated/],
  ['two operators', keys([{ prefix: 'a', exists: true }]), /is not emulated/],
  ['a choice of two', filters({ dynamodb: { $or: [{}] } }), /\$or is not emulated/],
])('a mapping of a table whose filter has %s is refused', (_case, properties, message) => {
  const mapping = {
    FunctionName: 'handler',
    EventSourceArn: 'arn:aws:dynamodb:us-east-1:0:table/a/stream/b',
  };
  expect(() => mappingSettings({ ...mapping, ...properties }, () => 0)).toThrow(message);
});

it('a template gives a table a stream, and two functions read it, also over a replaced shard and a restart', async () => {
  const assemblyDir = await writeCloud(streamedTable(['OneReader', 'OtherReader']));
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-cloud-streams-'));
  const readConsumed = async () => {
    const log = await readFile(join(dataDir, 'logs', 'Fixture-Consumer.log'), 'utf8');
    return (log.match(/consumed .*/g) ?? []).sort();
  };
  for (const [restarts, id] of ['a', 'b'].entries()) {
    const cloud = await bootCloud({ assemblyDir, dataDir });
    const dynamodb = new DynamoDBClient({
      endpoint: cloud.endpoint,
      region: cloud.region,
      credentials: { accessKeyId: cloud.access_key_id, secretAccessKey: cloud.secret_access_key },
    });
    const TableName = cloud.outputs.TableName!;
    const Key = { id: { S: id } };
    await dynamodb.send(new PutItemCommand({ TableName, Item: Key }));
    const headers = { authorization: `Bearer ${cloud.control_token}` };
    const rolled = await fetch(`${cloud.endpoint}/_cloud/table-streams/roll`, {
      method: 'POST',
      headers,
    });
    expect(await rolled.json()).toEqual({ closed: 2 });
    await dynamodb.send(new DeleteItemCommand({ TableName, Key }));
    const lines = ['a', 'b'].slice(0, restarts + 1).flatMap((each) => {
      return ['INSERT', 'REMOVE'].flatMap((event) => Array(2).fill(`consumed ${event} ${each}`));
    });
    await vi.waitFor(async () => expect(await readConsumed()).toEqual(lines.sort()), {
      timeout: 20_000,
      interval: 50,
    });
    dynamodb.destroy();
    await cloud.close();
  }
});

it('a third mapping of the stream of a table is refused', async () => {
  const assemblyDir = await writeCloud(streamedTable(['One', 'Two', 'Three']));
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-cloud-streams-'));
  await expect(bootCloud({ assemblyDir, dataDir })).rejects.toThrow(
    /Three .*already has 2 mappings.*throttles a third reader/,
  );
});
