import {
  createGateway,
  createKinesis,
  type Gateway,
  ownerIdentity,
} from '@aurastream/embedded-cloud/testing';
import {
  CreateStreamCommand,
  KinesisClient,
  PutRecordCommand,
  SplitShardCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProcessedPositions } from '../../aws/dynamodb/jobs/processed-positions.ts';
import { createStreamEnds } from '../../aws/kinesis/stream-ends.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';

let tables: ServedTables;
let gateway: Gateway;
let kinesis: KinesisClient;
beforeAll(async () => {
  tables = await serveTables('job_id', 'part');
  gateway = createGateway({
    services: [await createKinesis({ now: Date.now })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now: Date.now,
  });
  kinesis = new KinesisClient({
    endpoint: `http://127.0.0.1:${(await gateway.listen(0)).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
  });
});
afterAll(async () => {
  kinesis.destroy();
  await Promise.all([tables.close(), gateway.close()]);
});

it('the position of a shard moves forward and never back, in numbers and not in letters', async () => {
  const positions = createProcessedPositions({
    ...{ client: tables.client, table_name: await tables.createTable() },
  });
  const put = (sequence_number: string, shard_id = 'shard-1') =>
    positions.put({
      ...{ stream_name: 'live', shard_id, sequence_number },
      processed_at: '2026-11-27T10:00:00.000Z',
    });
  for (const number of ['9', '10', '8']) await put(number);
  await put('7', 'shard-2');
  expect((await positions.read()).map(({ sequence_number }) => sequence_number)).toEqual([
    '10',
    '7',
  ]);
});

it('the next arrival is that of the first record after a position, in closed shards too', async () => {
  const StreamName = 'live';
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  await waitUntilStreamExists(
    { client: kinesis, maxWaitTime: 10, minDelay: 0.05, maxDelay: 1 },
    { StreamName },
  );
  const ends = createStreamEnds({ client: kinesis });
  const [first] = await ends.listShards(StreamName);
  const shard = first!;
  const { shard_id } = shard;
  expect(shard).toEqual({ stream_name: StreamName, shard_id, parents: [], hash_key: '0' });
  expect(await ends.findNextArrival(shard, undefined)).toBeUndefined();
  const numbers: string[] = [];
  for (const text of ['a', 'b']) {
    const command = new PutRecordCommand({
      StreamName,
      PartitionKey: 'k',
      Data: Buffer.from(text),
    });
    numbers.push((await kinesis.send(command)).SequenceNumber ?? '');
  }
  expect(await ends.findNextArrival(shard, undefined)).toBeGreaterThan(Date.now() - 60_000);
  expect(await ends.findNextArrival(shard, numbers[0])).toBeGreaterThan(Date.now() - 60_000);
  expect(await ends.findNextArrival(shard, numbers[1])).toBeUndefined();
  await kinesis.send(
    new SplitShardCommand({ StreamName, ShardToSplit: shard_id, NewStartingHashKey: '1' }),
  );
  await waitUntilStreamExists(
    { client: kinesis, maxWaitTime: 10, minDelay: 0.05, maxDelay: 1 },
    { StreamName },
  );
  const shards = await ends.listShards(StreamName);
  expect(shards.map(({ parents, hash_key }) => ({ parents, hash_key }))).toEqual([
    { parents: [], hash_key: undefined },
    { parents: [shard_id], hash_key: '0' },
    { parents: [shard_id], hash_key: '1' },
  ]);
  expect(await ends.findNextArrival(shard, numbers[0])).toBeDefined();
  expect(await ends.findNextArrival(shard, numbers[1])).toBeUndefined();
  const [, low, high] = shards;
  await ends.putMarker({ stream_name: StreamName, hash_key: high!.hash_key! });
  expect(await ends.findNextArrival(low!, undefined)).toBeUndefined();
  expect(await ends.findNextArrival(high!, undefined)).toBeDefined();
});
