import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { ownerIdentity } from '../../src/gateway/serve-service.ts';
import { createKinesis } from '../../src/services/kinesis.ts';
import { fetchSigned } from '../support/sign.ts';
import { WAIT } from '../support/wait.ts';

const now = () => Date.now();
const KIB = 1024;

async function open(path?: string) {
  const gateway = createGateway({
    services: [await createKinesis({ now, ...(path !== undefined && { path }) })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now,
  });
  const { port } = await gateway.listen(0);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
  });
  return { gateway, endpoint, client };
}

let gateway: Gateway;
let client: KinesisClient;
let endpoint: string;
let streams = 0;

beforeAll(async () => {
  ({ gateway, client, endpoint } = await open());
});
afterEach(() => {
  gateway.faults.clear();
  gateway.meter.reset();
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});

async function newStream(ShardCount = 1, by = client): Promise<string> {
  streams += 1;
  const StreamName = `stream-${streams}`;
  await by.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await active(StreamName, by);
  return StreamName;
}

const active = (StreamName: string, by = client) =>
  vi.waitFor(async () => {
    const { StreamDescriptionSummary } = await by.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    expect(StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE');
  }, WAIT);

const records = (count: number, bytes = 10) =>
  Array.from({ length: count }, (_, index) => ({
    PartitionKey: `key-${index}`,
    Data: Buffer.alloc(bytes, 97 + (index % 26)),
  }));

const iterator = async (
  StreamName: string,
  from: Partial<GetShardIteratorCommandInput> = {},
  by = client,
) => {
  const answer = await by.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
      ...from,
    }),
  );
  return answer.ShardIterator!;
};

const read = (ShardIterator: string, Limit?: number, by = client) =>
  by.send(new GetRecordsCommand({ ShardIterator, ...(Limit !== undefined && { Limit }) }));

const text = (data: Uint8Array | undefined) => Buffer.from(data ?? []).toString();

const catchRejection = (send: Promise<unknown>) =>
  send.then(
    () => undefined,
    (error: Error) => error,
  );

test('the default client with HTTP/2 reads records in the order of their puts', async () => {
  const StreamName = await newStream();
  const sent = records(500, 200);
  const put = await client.send(new PutRecordsCommand({ StreamName, Records: sent }));
  expect(put.FailedRecordCount).toBe(0);
  const { Records = [], MillisBehindLatest } = await read(await iterator(StreamName));
  expect(Records.map(({ Data }) => text(Data))).toEqual(sent.map(({ Data }) => text(Data)));
  expect(Records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(
    put.Records?.map(({ SequenceNumber }) => SequenceNumber),
  );
  expect(Math.abs(Records[0]!.ApproximateArrivalTimestamp!.getTime() - now())).toBeLessThan(10_000);
  expect(MillisBehindLatest).toBe(0);
});

test('a client with HTTP/1.1 reads records in order on the same port', async () => {
  const StreamName = await newStream();
  const response = await fetchSigned(endpoint, {
    service: 'kinesis',
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.PutRecord',
    },
    body: JSON.stringify({ StreamName, PartitionKey: 'k', Data: 'aGVsbG8=' }),
  });
  expect(await response.json()).toMatchObject({ ShardId: 'shardId-000000000000' });
  const { Records = [] } = await read(await iterator(StreamName));
  expect(Records.map(({ Data }) => text(Data))).toEqual(['hello']);
});

test('records of concurrent callers are all read, in order', async () => {
  const StreamName = await newStream();
  await Promise.all(
    Array.from({ length: 20 }, () =>
      client.send(new PutRecordsCommand({ StreamName, Records: records(50) })),
    ),
  );
  const { Records = [] } = await read(await iterator(StreamName));
  expect(new Set(Records.map(({ SequenceNumber }) => SequenceNumber)).size).toBe(1000);
});

describe('limits', () => {
  const put = (StreamName: string, Records: ReturnType<typeof records>) =>
    catchRejection(client.send(new PutRecordsCommand({ StreamName, Records })));

  test('PutRecords accepts at most 500 records', async () => {
    const error = await put(await newStream(), records(501));
    expect(error?.name).toBe('ValidationException');
    expect(error?.message).toContain('Member must have length less than or equal to 500');
  });

  test('a record has at most 1 MiB, its partition key included', async () => {
    const StreamName = await newStream();
    const key_bytes = Buffer.byteLength('key-0');
    expect(await put(StreamName, records(1, KIB * KIB - key_bytes))).toBeUndefined();
    expect((await put(StreamName, records(1, KIB * KIB - key_bytes + 1)))?.name).toBe(
      'ValidationException',
    );
    const single = { StreamName, PartitionKey: 'k', Data: Buffer.alloc(KIB * KIB + 1) };
    expect((await catchRejection(client.send(new PutRecordCommand(single))))?.name).toBe(
      'ValidationException',
    );
  });

  test('PutRecords accepts at most 10 MiB', async () => {
    const StreamName = await newStream();
    const bytes = KIB * KIB - Buffer.byteLength('key-0');
    const full = await client.send(
      new PutRecordsCommand({ StreamName, Records: records(10, bytes) }),
    );
    expect(full.Records).toHaveLength(10);
    const error = await put(StreamName, [...records(10, bytes), ...records(1, 1)]);
    expect(error).toMatchObject({ name: 'InvalidArgumentException' });
  });

  test('GetRecords returns at most 10 MiB and reports that more records follow', async () => {
    const StreamName = await newStream();
    for (let call = 0; call < 3; call += 1) await put(StreamName, records(9, 1000 * KIB));
    const first = await read(await iterator(StreamName));
    expect(first.Records?.length).toBe(10);
    expect(first.MillisBehindLatest).toBeGreaterThan(0);
    const second = await read(first.NextShardIterator!);
    const third = await read(second.NextShardIterator!);
    expect([second.Records?.length, third.Records?.length]).toEqual([10, 7]);
    expect(third.MillisBehindLatest).toBe(0);
  });

  test('GetRecords returns at most Limit records', async () => {
    const StreamName = await newStream();
    await put(StreamName, records(7));
    const page = await read(await iterator(StreamName), 5);
    expect(page.Records).toHaveLength(5);
    expect((await read(page.NextShardIterator!)).Records).toHaveLength(2);
    expect((await catchRejection(read(await iterator(StreamName), 10_001)))?.name).toBe(
      'ValidationException',
    );
  });

  test('a missing stream is refused with ResourceNotFoundException', async () => {
    expect((await put('nowhere', records(1)))?.name).toBe('ResourceNotFoundException');
    expect((await catchRejection(iterator('nowhere')))?.name).toBe('ResourceNotFoundException');
    expect((await catchRejection(read('AAAA')))?.name).toBe('InvalidArgumentException');
    const twice = new CreateStreamCommand({ StreamName: await newStream(), ShardCount: 1 });
    expect((await catchRejection(client.send(twice)))?.name).toBe('ResourceInUseException');
  });
});

test('an iterator on an empty shard reads the first later record', async () => {
  const StreamName = await newStream();
  let page = await read(await iterator(StreamName));
  for (let turn = 0; turn < 3; turn += 1) page = await read(page.NextShardIterator!);
  expect(page.Records).toEqual([]);
  await client.send(new PutRecordsCommand({ StreamName, Records: records(1) }));
  expect((await read(page.NextShardIterator!)).Records).toHaveLength(1);
});

test('partition keys of any characters are read as they were put, one record or several at a time', async () => {
  const StreamName = await newStream();
  const keys = ['ключ', '鍵🔑', 'é'.repeat(256), 'plain'];
  const Records = keys.map((PartitionKey) => ({ PartitionKey, Data: Buffer.from(PartitionKey) }));
  await client.send(new PutRecordsCommand({ StreamName, Records }));
  for (const Limit of [1, 10]) {
    const ShardIterator = await iterator(StreamName);
    const page = await client.send(new GetRecordsCommand({ ShardIterator, Limit }));
    const read = page.Records!.map(({ PartitionKey, Data }) => [
      PartitionKey,
      Buffer.from(Data!).toString(),
    ]);
    expect(read).toEqual(keys.slice(0, Limit).map((key) => [key, key]));
    expect(page.NextShardIterator).toBeDefined();
  }
});

test('an AT_TIMESTAMP iterator starts at the first record that is not older', async () => {
  const StreamName = await newStream();
  const early = await iterator(StreamName, {
    ShardIteratorType: 'AT_TIMESTAMP',
    Timestamp: new Date(now() - 1000),
  });
  await client.send(new PutRecordsCommand({ StreamName, Records: records(2) }));
  expect((await read(early)).Records).toHaveLength(2);
  const after = now() + 1;
  await vi.waitFor(() => expect(now()).toBeGreaterThan(after), WAIT);
  const from = (Timestamp: Date) =>
    iterator(StreamName, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp });
  const late = await from(new Date(after));
  await client.send(new PutRecordsCommand({ StreamName, Records: records(3) }));
  expect((await read(late)).Records).toHaveLength(3);
  expect((await read(await from(new Date(now() - 60_000)))).Records).toHaveLength(5);
  const to_come = await catchRejection(from(new Date(now() + 60_000)));
  expect(to_come?.name).toBe('InvalidArgumentException');
});

test('AFTER_SEQUENCE_NUMBER skips its record and LATEST skips all existing records', async () => {
  const StreamName = await newStream();
  const put = await client.send(new PutRecordsCommand({ StreamName, Records: records(3) }));
  const latest = await iterator(StreamName, { ShardIteratorType: 'LATEST' });
  const after = await iterator(StreamName, {
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    StartingSequenceNumber: put.Records![0]!.SequenceNumber,
  });
  expect((await read(after)).Records).toHaveLength(2);
  expect((await read(latest)).Records).toHaveLength(0);
});

test('an iterator ends with a split shard and the child shards continue', async () => {
  const StreamName = await newStream();
  await client.send(new PutRecordsCommand({ StreamName, Records: records(5) }));
  await client.send(
    new SplitShardCommand({
      StreamName,
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: (2n ** 127n).toString(),
    }),
  );
  await active(StreamName);
  const page = await read(await iterator(StreamName));
  expect(page.Records).toHaveLength(5);
  expect(page.NextShardIterator).toBeUndefined();
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  expect(Shards.map(({ ParentShardId }) => ParentShardId)).toEqual([
    undefined,
    'shardId-000000000000',
    'shardId-000000000000',
  ]);
});

test('an on-demand stream has four shards and reports its mode', async () => {
  const StreamName = 'on-demand';
  const mode = { StreamModeDetails: { StreamMode: 'ON_DEMAND' as const } };
  await client.send(new CreateStreamCommand({ StreamName, ...mode }));
  await active(StreamName);
  const { StreamDescriptionSummary } = await client.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 4, ...mode });
  const described = await client.send(new DescribeStreamCommand({ StreamName }));
  expect(described.StreamDescription).toMatchObject(mode);
});

test('a provisioned stream has the requested shards', async () => {
  const summary = new DescribeStreamSummaryCommand({ StreamName: await newStream(3) });
  expect((await client.send(summary)).StreamDescriptionSummary).toMatchObject({
    OpenShardCount: 3,
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
  });
});

test('a stream can be named by ARN, listed and deleted', async () => {
  const StreamName = await newStream();
  const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
  await client.send(new PutRecordsCommand({ StreamARN, Records: records(1) }));
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamARN }));
  expect(StreamDescription).toMatchObject({ StreamARN, StreamName });
  await client.send(new DeleteStreamCommand({ StreamARN }));
  await vi.waitFor(async () => {
    const { StreamNames } = await client.send(new ListStreamsCommand({ Limit: 100 }));
    expect(StreamNames).not.toContain(StreamName);
  }, WAIT);
});

test('the meter counts the records and billed bytes of puts and reads', async () => {
  const StreamName = await newStream();
  gateway.meter.reset();
  await client.send(new PutRecordsCommand({ StreamName, Records: records(3, 1500) }));
  await read(await iterator(StreamName));
  const entries = gateway.meter.read().entries;
  const usage = (action: string) => entries.find((entry) => entry.action === action)?.usage;
  expect(usage('PutRecords')).toEqual({ records: 3, billed_bytes: 3 * 2048 });
  expect(usage('GetRecords')).toEqual({ records: 3, billed_bytes: 3 * 2048 });
});

test('records that a partial fault rejects are not in the stream', async () => {
  const StreamName = await newStream();
  gateway.faults.add({
    service: 'kinesis',
    action: 'PutRecords',
    kind: 'partial',
    share: 0.3,
    count: 1,
  });
  const sent = records(10).map((record, index) => ({ ...record, Data: Buffer.from(`${index}`) }));
  const put = await client.send(new PutRecordsCommand({ StreamName, Records: sent }));
  expect(put.FailedRecordCount).toBe(3);
  const failed = put.Records!.flatMap(({ ErrorCode }, index) => (ErrorCode ? [`${index}`] : []));
  expect(put.Records!.find(({ ErrorCode }) => ErrorCode)?.ErrorCode).toBe(
    'ProvisionedThroughputExceededException',
  );
  const { Records = [] } = await read(await iterator(StreamName));
  const there = Records.map(({ Data }) => text(Data));
  expect([...there, ...failed].sort()).toEqual(sent.map(({ Data }) => text(Data)));
});

test('a stream survives a restart and continues at its position', async () => {
  const path = await mkdtemp(join(tmpdir(), 'aurastream-kinesis-'));
  const first = await open(path);
  const StreamName = await newStream(1, first.client);
  await first.client.send(new PutRecordsCommand({ StreamName, Records: records(2) }));
  await expect(createKinesis({ path, now })).rejects.toThrow('another process');
  first.client.destroy();
  await first.gateway.close();

  const second = await open(path);
  await second.client.send(new PutRecordsCommand({ StreamName, Records: records(2) }));
  const page = await read(await iterator(StreamName, {}, second.client), undefined, second.client);
  const numbers = (page.Records ?? []).map(({ SequenceNumber }) => BigInt(SequenceNumber!));
  expect(numbers).toHaveLength(4);
  expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
  second.client.destroy();
  await second.gateway.close();
  await rm(path, { recursive: true });
});
