/**
 * Tests of enhanced fan-out of the emulated Kinesis through the AWS SDK. The rules are from these
 * pages of AWS:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
 */
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  ListStreamConsumersCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKinesis } from '../support/kinesis.ts';
import { catchError } from '../support/table-streams.ts';

let kinesis: Awaited<ReturnType<typeof openKinesis>>;
const StreamName = 'texts';
const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
const ShardId = 'shardId-000000000000';

beforeEach(async () => {
  kinesis = await openKinesis();
  await kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
});
afterEach(() => kinesis.close());

const register = async (ConsumerName = 'dashboard') => {
  const command = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName });
  return (await kinesis.client.send(command)).Consumer!.ConsumerARN!;
};
const put = (text: string) =>
  kinesis.client.send(
    new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) }),
  );
const subscribe = async (
  ConsumerARN: string,
  StartingPosition: StartingPosition = { Type: 'TRIM_HORIZON' },
) => {
  const command = new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition });
  const { EventStream } = await kinesis.client.send(command);
  return EventStream![Symbol.asyncIterator]();
};
type Events = Awaited<ReturnType<typeof subscribe>>;

/** Reads events until a number of records has arrived or the subscription has ended. */
async function take(events: Events, count: number) {
  const taken: SubscribeToShardEvent[] = [];
  const texts = () =>
    taken.flatMap(({ Records = [] }) => Records.map(({ Data }) => Buffer.from(Data!).toString()));
  while (texts().length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(value.SubscribeToShardEvent!);
  }
  return { texts: texts(), last: taken.at(-1) };
}

it('a subscription pushes the records that are there and those that come, and goes on after a break', async () => {
  const consumer = await register();
  await put('a');
  const events = await subscribe(consumer);
  expect((await take(events, 1)).texts).toEqual(['a']);
  await put('b');
  const { texts, last } = await take(events, 1);
  expect(texts).toEqual(['b']);
  expect(last?.MillisBehindLatest).toBe(0);
  await events.return?.();
  await put('c');
  kinesis.wait(5_000);
  const again = await subscribe(consumer, {
    Type: 'AFTER_SEQUENCE_NUMBER',
    SequenceNumber: last!.ContinuationSequenceNumber,
  });
  expect((await take(again, 1)).texts).toEqual(['c']);
  await again.return?.();
});

it('a subscription ends with a split shard, and names the children', async () => {
  const consumer = await register();
  const Records = Array.from({ length: 500 }, (_, n) => ({
    PartitionKey: `${n}`,
    Data: Buffer.alloc(5_000, 97),
  }));
  await kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
  const half = { StreamName, ShardToSplit: ShardId, NewStartingHashKey: String(2n ** 127n) };
  await kinesis.client.send(new SplitShardCommand(half));
  const { texts, last } = await take(await subscribe(consumer), Number.POSITIVE_INFINITY);
  expect(texts).toHaveLength(500);
  expect(last?.ContinuationSequenceNumber).toBeUndefined();
  expect(last?.ChildShards?.map((child) => [child.ShardId, child.ParentShards])).toEqual([
    ['shardId-000000000001', [ShardId]],
    ['shardId-000000000002', [ShardId]],
  ]);
});

it('a second subscription is refused within 5 seconds, and later takes over', async () => {
  const consumer = await register();
  const first = await subscribe(consumer, { Type: 'LATEST' });
  expect((await catchError(subscribe(consumer)))?.name).toBe('ResourceInUseException');
  kinesis.wait(5_000);
  await put('a');
  const second = await subscribe(consumer);
  expect((await take(second, 1)).texts).toEqual(['a']);
  await expect(take(first, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  await second.return?.();
});

it('a subscription ends after five minutes', async () => {
  const events = await subscribe(await register());
  await put('a');
  await take(events, 1);
  kinesis.wait(5 * 60_000);
  expect((await take(events, 1)).texts).toEqual([]);
});

it('a stream has up to 20 consumers, which are described, listed and deregistered', async () => {
  const arns: string[] = [];
  for (let n = 0; n < 20; n += 1) arns.push(await register(`consumer-${n}`));
  expect((await catchError(register('one-more')))?.name).toBe('LimitExceededException');
  expect((await catchError(register('consumer-3')))?.name).toBe('ResourceInUseException');
  const described = await kinesis.client.send(
    new DescribeStreamConsumerCommand({ ConsumerARN: arns[3] }),
  );
  expect(described.ConsumerDescription).toMatchObject({
    ConsumerName: 'consumer-3',
    ConsumerStatus: 'ACTIVE',
    StreamARN,
  });
  const summary = await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName }));
  expect(summary.StreamDescriptionSummary?.ConsumerCount).toBe(20);
  const page = await kinesis.client.send(
    new ListStreamConsumersCommand({ StreamARN, MaxResults: 15 }),
  );
  const { NextToken } = page;
  const rest = await kinesis.client.send(new ListStreamConsumersCommand({ StreamARN, NextToken }));
  expect([page.Consumers?.length, rest.Consumers?.length]).toEqual([15, 5]);
  const named = { StreamARN, ConsumerName: 'consumer-3' };
  await kinesis.client.send(new DeregisterStreamConsumerCommand(named));
  expect((await catchError(subscribe(arns[3]!)))?.name).toBe('ResourceNotFoundException');
  const drop = (EnforceConsumerDeletion?: boolean) =>
    kinesis.client.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion }));
  expect((await catchError(drop()))?.name).toBe('ResourceInUseException');
  await drop(true);
});
