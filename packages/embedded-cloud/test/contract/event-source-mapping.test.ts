import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { KinesisStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { PolicyStatement } from '../../src/gateway/policy.ts';
import { createCallers } from '../../src/runtime/callers.ts';
import { createKinesisSource } from '../../src/runtime/event-source/kinesis-source.ts';
import { type Mapping, startMapping } from '../../src/runtime/event-source/mapping.ts';
import { createS3Destination } from '../../src/runtime/event-source/s3-destination.ts';
import {
  createBackoff,
  type MappingProperties,
  mappingSettings,
} from '../../src/runtime/event-source/settings.ts';
import { createFunction, type LambdaFunction } from '../../src/runtime/function/function.ts';
import { openFunctionLog } from '../../src/runtime/function/log.ts';
import { createConcurrency } from '../../src/runtime/function/pool.ts';
import { createServiceCall } from '../../src/runtime/service-call.ts';
import { createKinesis, type KinesisService } from '../../src/services/kinesis.ts';
import { createS3 } from '../../src/services/s3/s3.ts';
import { WAIT } from '../support/wait.ts';

/**
 * Source code of a Lambda handler. The handler reports the record `poison` as failed, throws an
 * error if a batch contains the record `bomb`, and accepts all other records.
 */
const BUNDLE = `
export async function handler({ Records }) {
  const text = (record) => Buffer.from(record.kinesis.data, 'base64').toString();
  if (Records.some((record) => text(record) === 'bomb')) throw new Error('boom');
  const bad = Records.filter((record) => text(record) === 'poison');
  return { batchItemFailures: bad.map((record) => ({ itemIdentifier: record.kinesis.sequenceNumber })) };
}`;

const GRANTS: PolicyStatement[] = [
  {
    Effect: 'Allow',
    Action: [
      'DescribeStream',
      'DescribeStreamSummary',
      'GetRecords',
      'GetShardIterator',
      'ListShards',
    ].map((name) => `kinesis:${name}`),
    Resource: 'arn:aws:kinesis:us-east-1:000000000000:stream/*',
  },
  { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::failures/*' },
  { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::failures' },
];

let folder: string;
let gateway: Gateway;
let handler: LambdaFunction;
let service: KinesisService;
let kinesis: KinesisClient;
let s3: S3Client;
const callers = createCallers('root');
const credentials = {
  full: callers.register('Handler', 'Full'),
  bare: callers.register('Bare', 'Bare'),
};
let config: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-cloud-esm-'));
  const buckets = createS3({ dataDir: join(folder, 's3'), now: Date.now });
  await buckets.createBucket('failures');
  service = await createKinesis({ now: Date.now });
  gateway = createGateway({
    services: [service, buckets],
    findIdentity: callers.find,
    policiesOf: (role) => (role === 'Full' ? GRANTS : GRANTS.slice(1)),
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: {
      accessKeyId: callers.owner.access_key_id,
      secretAccessKey: callers.owner.secret_access_key,
    },
  };
  kinesis = new KinesisClient(config);
  s3 = new S3Client(config);
  handler = await deploy();
});
afterAll(async () => {
  await handler.stop();
  kinesis.destroy();
  s3.destroy();
  await gateway.close();
});

async function deploy(): Promise<LambdaFunction> {
  const module = join(folder, 'index.mjs');
  await writeFile(module, BUNDLE);
  return createFunction({
    spec: {
      logical_id: 'Handler',
      name: 'handler',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:handler',
      role_arn: 'arn:aws:iam::000000000000:role/handler',
      folder,
      module,
      handler_name: 'handler',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeout_ms: 10_000,
      memory_mb: 128,
      environment: {},
      log_group: '/aws/lambda/handler',
    },
    credentials: credentials.full,
    endpoint: config.endpoint,
    log: await openFunctionLog(join(folder, 'handler.log')),
    mayLog: () => true,
    concurrency: createConcurrency(100),
    most_environments: 4,
    idle_ms: 60_000,
    now: Date.now,
  });
}

async function createStream(StreamName: string, ShardCount: number): Promise<string> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await active(StreamName);
  return `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
}

const active = (StreamName: string) =>
  vi.waitFor(async () => {
    const found = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(found.StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE');
  }, WAIT);

interface MapOptions {
  now?: () => number;
  backoff?: (failures: number) => number;
}

/**
 * Starts a mapping that invokes the real function. The array `seen` lists each delivered record as
 * `[key, text]`.
 */
function map(
  stream_arn: string,
  properties: Partial<MappingProperties>,
  caller = credentials.full,
  { now = Date.now, backoff = () => 1 }: MapOptions = {},
) {
  const seen: [string, string][] = [];
  const own = {
    accessKeyId: caller.access_key_id,
    secretAccessKey: caller.secret_access_key,
    sessionToken: caller.session_token,
  };
  const settings = mappingSettings(
    { FunctionName: 'handler', EventSourceArn: stream_arn, ...properties },
    () => 0,
  );
  const mapping = startMapping({
    mapping_id: stream_arn.split('/')[1]!,
    function_arn: handler.spec.arn,
    role_arn: handler.spec.role_arn,
    settings: { ...settings, backoff },
    source: createKinesisSource(
      stream_arn,
      createServiceCall({
        service: 'kinesis',
        caller: callers.find(caller.access_key_id)!.caller,
        dispatch: gateway.dispatch,
      }),
      service,
    ),
    destination: createS3Destination('arn:aws:s3:::failures', { ...config, credentials: own }),
    async invoke(payload) {
      const { Records } = JSON.parse(payload) as KinesisStreamEvent;
      for (const {
        kinesis: { partitionKey, data },
      } of Records) {
        seen.push([partitionKey, Buffer.from(data, 'base64').toString()]);
      }
      return handler.invoke(payload);
    },
    directory: join(folder, 'checkpoints'),
    now,
    pace: { idle_ms: 20, busy_ms: 5, error_ms: 20, refresh_ms: 200 },
  });
  return { mapping, seen };
}

const idle = (mapping: Mapping, since = Date.now()) =>
  vi.waitFor(
    () =>
      expect(mapping.status()).toSatisfy(
        ({ idle: is, caught_up_at }) => is && caught_up_at > since,
      ),
    WAIT,
  );

const put = (StreamName: string, PartitionKey: string, text: string) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(text) }));

async function reports(stream: string) {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'failures', Prefix: `aws/lambda/${stream}/` }),
  );
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'failures', Key }));
      const report = JSON.parse(await Body!.transformToString()) as { payload: string };
      return { ...report, event: JSON.parse(report.payload) as KinesisStreamEvent };
    }),
  );
}

it('a mapping delivers every record of every shard in order per key, several batches of a shard at a time', async () => {
  const arn = await createStream('many', 2);
  const keys = Array.from({ length: 1_000 }, (_, n) => `key-${n % 37}`);
  for (let from = 0; from < keys.length; from += 500) {
    const Records = keys
      .slice(from, from + 500)
      .map((PartitionKey, n) => ({ PartitionKey, Data: Buffer.from(String(from + n)) }));
    await kinesis.send(new PutRecordsCommand({ StreamName: 'many', Records }));
  }
  const { mapping, seen } = map(arn, { BatchSize: 50, ParallelizationFactor: 4 });
  await idle(mapping);
  await mapping.stop();
  expect(seen.map(([, text]) => Number(text)).toSorted((a, b) => a - b)).toEqual(
    keys.map((_, n) => n),
  );
  for (const key of new Set(keys)) {
    const numbers = seen.filter(([of]) => of === key).map(([, text]) => Number(text));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
});

it('a mapping continues after its checkpoint when it restarts', async () => {
  const arn = await createStream('restart', 1);
  await put('restart', 'k', 'before');
  const first = map(arn, {});
  await idle(first.mapping);
  await first.mapping.stop();
  await put('restart', 'k', 'after');
  const second = map(arn, {});
  await idle(second.mapping);
  await second.mapping.stop();
  expect([...first.seen, ...second.seen]).toEqual([
    ['k', 'before'],
    ['k', 'after'],
  ]);
});

it('a mapping reports failing records to S3 with the whole event, and delivers the others', async () => {
  const arn = await createStream('poison', 1);
  const texts = ['a', 'bomb', 'b', 'poison', 'c'];
  for (const text of texts) await put('poison', 'k', text);
  const { mapping, seen } = map(arn, {
    BatchSize: 5,
    MaximumRetryAttempts: 1,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await idle(mapping);
  await mapping.stop();
  const given_up = (await reports('poison')).flatMap(({ event }) =>
    event.Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString()),
  );
  // After a partial failure, the mapping retries the failed record and all later records of the
  // batch. Therefore, when the mapping gives up on the record `poison`, the mapping gives up on the
  // record `c` too.
  expect(given_up.sort()).toEqual(['bomb', 'c', 'poison']);
  expect(new Set(seen.map(([, text]) => text))).toEqual(new Set(texts));
  expect(await reports('poison')).toContainEqual(
    expect.objectContaining({
      requestContext: expect.objectContaining({ condition: 'RetryAttemptsExhausted' }),
    }),
  );
});

// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html: without a number
// of retries, only the age ends the retries. The page does not say how long Lambda waits before one.
it('a mapping without a number of retries delivers a failed batch again, even at once, until it is too old', async () => {
  const arn = await createStream('stubborn', 1);
  await put('stubborn', 'k', 'poison');
  let ahead_ms = 0;
  const { mapping, seen } = map(
    arn,
    {
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 60,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
    credentials.full,
    { now: () => Date.now() + ahead_ms, backoff: createBackoff('at_once', () => 1) },
  );
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(30), WAIT);
  expect(mapping.status().records_discarded).toBe(0);
  ahead_ms = 61_000;
  await vi.waitFor(() => expect(mapping.status().records_discarded).toBe(1), WAIT);
  await mapping.stop();
  expect(await reports('stubborn')).toMatchObject([
    { requestContext: { condition: 'RecordAgeExceeded' } },
  ]);
});

it('a mapping reads the children of a split shard after their parent', async () => {
  const arn = await createStream('split', 1);
  for (let n = 0; n < 20; n += 1) await put('split', `k${n}`, 'parent');
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 'split',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: String(2n ** 127n),
    }),
  );
  await active('split');
  for (let n = 0; n < 20; n += 1) await put('split', `k${n}`, 'child');
  const { mapping, seen } = map(arn, { BatchSize: 7 });
  await idle(mapping);
  expect(
    mapping
      .status()
      .shards.map(({ state }) => state)
      .sort(),
  ).toEqual(['drained', 'reading', 'reading']);
  await mapping.stop();
  expect(seen.map(([, text]) => text)).toEqual([
    ...Array(20).fill('parent'),
    ...Array(20).fill('child'),
  ]);
});

it("a mapping reads as the function's role: a missing grant shows as a problem, and every grant is used", async () => {
  const arn = await createStream('denied', 1);
  const { mapping } = map(arn, {}, credentials.bare);
  await vi.waitFor(
    () =>
      expect(mapping.status().last_processing_result).toMatch(
        /^PROBLEM: AccessDeniedException: .*kinesis:DescribeStream/,
      ),
    WAIT,
  );
  await mapping.stop();
  expect(gateway.iam.unusedGrants().filter(({ role }) => role === 'Full')).toEqual([]);
});
