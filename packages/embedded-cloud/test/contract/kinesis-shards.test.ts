/**
 * Tests of the shards and limits of the emulated Kinesis through the AWS SDK. The rules are from
 * these pages of AWS:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  ListShardsCommand,
  type ListShardsCommandInput,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKinesis } from '../support/kinesis.ts';
import { catchError } from '../support/table-streams.ts';

let kinesis: Awaited<ReturnType<typeof openKinesis>>;
beforeEach(async () => {
  kinesis = await openKinesis();
});
afterEach(() => kinesis.close());

const StreamName = 'texts';
const HOUR_MS = 3_600_000;
const HASHES = 2n ** 128n;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const shardId = (index: number) => `shardId-${String(index).padStart(12, '0')}`;
const create = (ShardCount: number) =>
  kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount }));
const put = (PartitionKey: string, ExplicitHashKey?: string) =>
  kinesis.client.send(
    new PutRecordCommand({ StreamName, PartitionKey, ExplicitHashKey, Data: Buffer.from('x') }),
  );
const list = async (input: ListShardsCommandInput = { StreamName }) =>
  (await kinesis.client.send(new ListShardsCommand(input))).Shards ?? [];
const scale = (TargetShardCount: number) =>
  kinesis.client.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );
const isOpen = (shard: Shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined;
const iterate = async (ShardId: string, from: Partial<GetShardIteratorCommandInput> = {}) => {
  const input = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const, ...from };
  return (await kinesis.client.send(new GetShardIteratorCommand(input))).ShardIterator!;
};
const read = (ShardIterator: string, Limit?: number) =>
  kinesis.client.send(new GetRecordsCommand({ ShardIterator, Limit }));
const readKeys = async (ShardId: string) => {
  const page = await read(await iterate(ShardId));
  return page.Records?.map(({ PartitionKey }) => PartitionKey) ?? [];
};

it.each([
  [2, 4],
  [4, 2],
  [3, 5],
  [5, 3],
  [4, 6],
])(
  'UpdateShardCount scales %i shards to %i equal ones, each record is in one shard, and parents end before children',
  async (before, after) => {
    await create(before);
    for (const index of upTo(20)) await put(`before-${index}`);
    const scaled = await scale(after);
    expect(scaled).toMatchObject({ CurrentShardCount: before, TargetShardCount: after });
    for (const index of upTo(20)) await put(`after-${index}`);
    const shards = await list();
    const open = shards.filter(isOpen);
    const sizes = open.map(({ HashKeyRange: range }) => {
      return BigInt(range!.EndingHashKey!) - BigInt(range!.StartingHashKey!) + 1n;
    });
    expect(open).toHaveLength(after);
    expect(sizes.reduce((sum, size) => sum + size, 0n)).toBe(HASHES);
    for (const size of sizes) expect(size - HASHES / BigInt(after)).toBeLessThan(2n);
    for (const { ParentShardId, AdjacentParentShardId, SequenceNumberRange: range } of shards) {
      for (const parent of [ParentShardId, AdjacentParentShardId]) {
        const found = shards.find(({ ShardId }) => ShardId === parent);
        const end = found?.SequenceNumberRange?.EndingSequenceNumber ?? '0';
        expect(BigInt(range!.StartingSequenceNumber!)).toBeGreaterThan(BigInt(end));
      }
    }
    const keys = (await Promise.all(shards.map(({ ShardId }) => readKeys(ShardId!)))).flat();
    const put_keys = ['before', 'after'].flatMap((name) => upTo(20).map((n) => `${name}-${n}`));
    expect(keys.toSorted()).toEqual(put_keys.toSorted());
  },
);

it('UpdateShardCount refuses more than double, less than half, an on-demand stream, and the eleventh change in a day', async () => {
  await create(4);
  expect((await catchError(scale(9)))?.name).toBe('InvalidArgumentException');
  expect((await catchError(scale(1)))?.name).toBe('InvalidArgumentException');
  for (const round of upTo(10)) await scale(round % 2 === 0 ? 5 : 4);
  expect((await catchError(scale(5)))?.name).toBe('LimitExceededException');
  kinesis.wait(24 * HOUR_MS + 1000);
  await scale(5);
  const { StreamDescriptionSummary } = await kinesis.client.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  expect(StreamDescriptionSummary?.OpenShardCount).toBe(5);
  const StreamARN = StreamDescriptionSummary!.StreamARN!;
  const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const };
  await kinesis.client.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails }));
  expect((await catchError(scale(6)))?.name).toBe('ValidationException');
});

it('MergeShards merges two adjacent open shards, and SplitShard splits an open shard within its hashes', async () => {
  await create(3);
  const merge = (one: number, other: number) =>
    kinesis.client.send(
      new MergeShardsCommand({
        StreamName,
        ShardToMerge: shardId(one),
        AdjacentShardToMerge: shardId(other),
      }),
    );
  const split = (index: number, NewStartingHashKey: bigint) =>
    kinesis.client.send(
      new SplitShardCommand({
        StreamName,
        ShardToSplit: shardId(index),
        NewStartingHashKey: String(NewStartingHashKey),
      }),
    );
  expect((await catchError(merge(0, 2)))?.name).toBe('InvalidArgumentException');
  await merge(0, 1);
  expect((await catchError(merge(0, 1)))?.name).toBe('InvalidArgumentException');
  expect((await list()).at(-1)).toMatchObject({
    ShardId: shardId(3),
    ParentShardId: shardId(0),
    AdjacentParentShardId: shardId(1),
    HashKeyRange: { StartingHashKey: '0' },
  });
  expect((await catchError(split(2, 1n)))?.name).toBe('InvalidArgumentException');
  expect((await catchError(split(9, 1n)))?.name).toBe('ResourceNotFoundException');
  await split(3, 1000n);
  expect((await catchError(split(3, 2000n)))?.name).toBe('InvalidArgumentException');
  expect((await put('k', '999')).ShardId).toBe(shardId(4));
  expect((await put('k', '1000')).ShardId).toBe(shardId(5));
  expect((await catchError(put('k', String(HASHES))))?.name).toBe('InvalidArgumentException');
});

it('sequence numbers have 56 digits, rise within a shard, and are of their shard', async () => {
  await create(2);
  const Records = upTo(200).map((n) => ({ PartitionKey: `${n}`, Data: Buffer.from('x') }));
  const answers = await Promise.all(
    upTo(3).map(() => kinesis.client.send(new PutRecordsCommand({ StreamName, Records }))),
  );
  const places = answers.flatMap((answer) => answer.Records!);
  for (const { SequenceNumber } of places) expect(SequenceNumber).toMatch(/^[1-9]\d{55}$/);
  expect(new Set(places.map(({ SequenceNumber }) => SequenceNumber)).size).toBe(600);
  for (const index of upTo(2)) {
    const { Records: found = [] } = await read(await iterate(shardId(index)));
    const numbers = found.map(({ SequenceNumber }) => SequenceNumber!);
    expect(numbers).toEqual(numbers.toSorted());
    const of_shard = places.filter(({ ShardId }) => ShardId === shardId(index));
    expect(new Set(numbers)).toEqual(new Set(of_shard.map(({ SequenceNumber }) => SequenceNumber)));
  }
  const foreign = places.find(({ ShardId }) => ShardId === shardId(1))!.SequenceNumber!;
  const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const };
  const ask = (StartingSequenceNumber?: string) =>
    catchError(iterate(shardId(0), { ...at, StartingSequenceNumber }));
  for (const number of [foreign, '12', undefined]) {
    expect((await ask(number))?.name).toBe('InvalidArgumentException');
  }
});

it('ListShards pages and filters shards', async () => {
  await create(2);
  await put('k');
  kinesis.wait(HOUR_MS);
  const before_split = new Date(kinesis.now());
  kinesis.wait(HOUR_MS);
  await scale(4);
  const ids = async (input: ListShardsCommandInput) =>
    (await list(input)).map(({ ShardId }) => Number(ShardId!.slice(-1)));
  const page = await kinesis.client.send(new ListShardsCommand({ StreamName, MaxResults: 4 }));
  expect(page.Shards).toHaveLength(4);
  expect(await ids({ NextToken: page.NextToken })).toEqual([4, 5]);
  const filter = (Type: string, more = {}) =>
    ids({ StreamName, ShardFilter: { Type, ...more } as never });
  expect(await filter('AT_LATEST')).toEqual([2, 3, 4, 5]);
  expect(await filter('AT_TRIM_HORIZON')).toEqual([0, 1]);
  expect(await filter('FROM_TRIM_HORIZON')).toHaveLength(6);
  expect(await filter('AFTER_SHARD_ID', { ShardId: shardId(3) })).toEqual([4, 5]);
  expect(await filter('AT_TIMESTAMP', { Timestamp: before_split })).toEqual([0, 1]);
  expect(await filter('FROM_TIMESTAMP', { Timestamp: before_split })).toHaveLength(6);
  const described = await kinesis.client.send(
    new DescribeStreamCommand({ StreamName, Limit: 4, ExclusiveStartShardId: shardId(0) }),
  );
  expect(described.StreamDescription?.HasMoreShards).toBe(true);
  expect(described.StreamDescription?.Shards).toHaveLength(4);
});

it('AT_TIMESTAMP finds the first record at a time among many, and after a restart of the reading position', async () => {
  await create(1);
  kinesis.freeze();
  const times: number[] = [];
  for (const index of upTo(20)) {
    await put(`${index}`);
    times.push(kinesis.now());
    kinesis.wait(1_000);
  }
  for (const index of [0, 7, 19]) {
    const Timestamp = new Date(times[index]!);
    const from = { ShardIteratorType: 'AT_TIMESTAMP' as const, Timestamp };
    const { Records } = await read(await iterate(shardId(0), from));
    expect(Records?.[0]?.PartitionKey).toBe(`${index}`);
    expect(Records).toHaveLength(20 - index);
  }
});

it('records are kept for the retention period, which is 24 hours to a year', async () => {
  await create(1);
  const hours = { StreamName, RetentionPeriodHours: 48 };
  await kinesis.client.send(new IncreaseStreamRetentionPeriodCommand(hours));
  await put('a');
  kinesis.wait(47 * HOUR_MS);
  expect(await readKeys(shardId(0))).toEqual(['a']);
  const decrease = (RetentionPeriodHours: number) =>
    kinesis.client.send(
      new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }),
    );
  expect((await catchError(decrease(23)))?.name).toBe('InvalidArgumentException');
  expect((await catchError(decrease(49)))?.name).toBe('InvalidArgumentException');
  await decrease(24);
  await put('b');
  const page = await read(await iterate(shardId(0)));
  expect(page.Records?.map(({ PartitionKey }) => PartitionKey)).toEqual(['b']);
});

it('an iterator expires after five minutes', async () => {
  await create(1);
  const iterator = await iterate(shardId(0));
  kinesis.wait(301_000);
  expect((await catchError(read(iterator)))?.name).toBe('ExpiredIteratorException');
});

it('tags and streams are listed in pages', async () => {
  await create(1);
  const tags = { StreamName, Tags: { one: '1', two: '2' } };
  await kinesis.client.send(new AddTagsToStreamCommand(tags));
  const strange = { StreamName, Tags: { 'a%': '1' } };
  expect((await catchError(kinesis.client.send(new AddTagsToStreamCommand(strange))))?.name).toBe(
    'InvalidArgumentException',
  );
  const listTags = (input = {}) =>
    kinesis.client.send(new ListTagsForStreamCommand({ StreamName, ...input }));
  expect(await listTags({ Limit: 1 })).toMatchObject({
    Tags: [{ Key: 'one', Value: '1' }],
    HasMoreTags: true,
  });
  const keys = { StreamName, TagKeys: ['one'] };
  await kinesis.client.send(new RemoveTagsFromStreamCommand(keys));
  expect((await listTags()).Tags).toEqual([{ Key: 'two', Value: '2' }]);
  await kinesis.client.send(new CreateStreamCommand({ StreamName: 'other', ShardCount: 1 }));
  const first = await kinesis.client.send(new ListStreamsCommand({ Limit: 1 }));
  expect(first).toMatchObject({ StreamNames: ['other'], HasMoreStreams: true });
  const { NextToken } = first;
  const rest = await kinesis.client.send(new ListStreamsCommand({ NextToken }));
  expect(rest).toMatchObject({ StreamNames: ['texts'], HasMoreStreams: false });
});

it('a shard with limits takes 1,000 records and 1 MiB a second, and serves 5 reads and 2 MiB a second', async () => {
  await kinesis.close();
  kinesis = await openKinesis({ throughput: 'shard-limits' });
  kinesis.freeze();
  await create(2);
  const putAll = (count: number, bytes: number, ExplicitHashKey = '0') => {
    const record = { PartitionKey: 'k', ExplicitHashKey, Data: Buffer.alloc(bytes) };
    const Records = Array<typeof record>(count).fill(record);
    return kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
  };
  expect((await putAll(500, 10)).FailedRecordCount).toBe(0);
  expect((await putAll(500, 10)).FailedRecordCount).toBe(0);
  const third = await putAll(500, 10);
  expect(third.FailedRecordCount).toBe(500);
  expect(third.Records?.[0]?.ErrorCode).toBe('ProvisionedThroughputExceededException');
  expect((await putAll(10, 10, String(HASHES - 1n))).FailedRecordCount).toBe(0);
  kinesis.wait(500);
  expect((await putAll(500, 10)).FailedRecordCount).toBe(0);
  kinesis.wait(1_000);
  const large = await putAll(3, 500_000);
  expect(large.Records?.map(({ ErrorCode }) => ErrorCode !== undefined)).toEqual([
    false,
    false,
    true,
  ]);
  const single = new PutRecordCommand({
    StreamName,
    PartitionKey: 'k',
    ExplicitHashKey: '0',
    Data: Buffer.alloc(100_000),
  });
  expect((await catchError(kinesis.client.send(single)))?.name).toBe(
    'ProvisionedThroughputExceededException',
  );
  const iterator = await iterate(shardId(0));
  for (const _ of upTo(5)) await read(iterator, 1);
  expect((await catchError(read(iterator, 1)))?.name).toBe(
    'ProvisionedThroughputExceededException',
  );
  kinesis.wait(1_000);
  expect((await read(iterator)).Records?.length).toBeGreaterThan(1_500);
});
