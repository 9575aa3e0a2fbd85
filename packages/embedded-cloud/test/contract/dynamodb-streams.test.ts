/**
 * Tests of the emulated DynamoDB Streams through the AWS SDK. The rules are from these pages of AWS:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchExecuteStatementCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Attributes,
  catchError,
  openStreamedDynamoDb,
  type StreamedDynamoDb,
} from '../support/table-streams.ts';

let db: StreamedDynamoDb;

beforeEach(async () => {
  db = await openStreamedDynamoDb();
});
afterEach(() => db.close());

const HOUR_MS = 3_600_000;
const id = (text: string | number): Attributes => ({ id: { S: String(text) } });
const put = (TableName: string, Item: Attributes, by = db.client) =>
  by.send(new PutItemCommand({ TableName, Item }));
const remove = (TableName: string, Key: Attributes) =>
  db.client.send(new DeleteItemCommand({ TableName, Key }));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const onlyShard = async (StreamArn: string) => (await db.describe(StreamArn)).Shards![0]!.ShardId!;

describe('records', () => {
  it('each kind of write adds a record with its event name, in the order of the writes', async () => {
    const { TableName, StreamArn } = await db.createTable();
    await put(TableName, { ...id(1), text: { S: 'old' } });
    await db.client.send(
      new UpdateItemCommand({
        TableName,
        Key: id(1),
        UpdateExpression: 'SET #text = :new',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: { ':new': { S: 'new' } },
      }),
    );
    await remove(TableName, id(1));
    await db.client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: [{ PutRequest: { Item: id(2) } }] },
      }),
    );
    await db.client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: [{ DeleteRequest: { Key: id(2) } }] },
      }),
    );
    const Statement = `INSERT INTO "${TableName}" VALUE {'id': ?}`;
    await db.client.send(
      new BatchExecuteStatementCommand({ Statements: [{ Statement, Parameters: [{ S: '3' }] }] }),
    );
    const records = await db.readAll(StreamArn);
    expect(
      records.map(({ eventName, dynamodb }) => [
        eventName,
        dynamodb?.Keys?.id?.S,
        dynamodb?.OldImage?.text?.S,
        dynamodb?.NewImage?.text?.S,
      ]),
    ).toEqual([
      ['INSERT', '1', undefined, 'old'],
      ['MODIFY', '1', 'old', 'new'],
      ['REMOVE', '1', 'new', undefined],
      ['INSERT', '2', undefined, undefined],
      ['REMOVE', '2', undefined, undefined],
      ['INSERT', '3', undefined, undefined],
    ]);
    const numbers = records.map(({ dynamodb }) => BigInt(dynamodb!.SequenceNumber!));
    expect(numbers).toEqual(numbers.toSorted((one, other) => (one < other ? -1 : 1)));
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(6);
  });

  it('a write that changes no data adds no record', async () => {
    const { TableName, StreamArn } = await db.createTable();
    const item = {
      ...id(1),
      tags: { SS: ['a', 'b'] },
      map: { M: { x: { N: '1' }, y: { BOOL: true } } },
    };
    await put(TableName, item);
    await put(TableName, item);
    await put(TableName, { ...item, tags: { SS: ['b', 'a'] } });
    await db.client.send(
      new UpdateItemCommand({
        TableName,
        Key: id(1),
        UpdateExpression: 'SET #map.x = :one',
        ExpressionAttributeNames: { '#map': 'map' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    await remove(TableName, id('missing'));
    const Statement = `INSERT INTO "${TableName}" VALUE {'id': '1'}`;
    const { Responses } = await db.client.send(
      new BatchExecuteStatementCommand({ Statements: [{ Statement }] }),
    );
    expect(Responses?.[0]?.Error?.Code).toBe('DuplicateItem');
    const condition = { ConditionExpression: 'attribute_not_exists(id)' };
    const refused = new PutItemCommand({ TableName, Item: id(1), ...condition });
    expect((await catchError(db.client.send(refused)))?.name).toBe(
      'ConditionalCheckFailedException',
    );
    expect(await db.readAll(StreamArn)).toHaveLength(1);
  });

  it.each([
    ['KEYS_ONLY', false, false],
    ['NEW_IMAGE', true, false],
    ['OLD_IMAGE', false, true],
    ['NEW_AND_OLD_IMAGES', true, true],
  ] as const)('a record of the view type %s has the right images', async (type, is_new, is_old) => {
    const { TableName, StreamArn } = await db.createTable(type);
    const item = { ...id(1), bytes: { B: Buffer.from([0, 255]) } };
    await put(TableName, item);
    await put(TableName, { ...item, count: { N: '2' } });
    const [, changed] = await db.readAll(StreamArn);
    expect(changed?.dynamodb).toMatchObject({ StreamViewType: type, Keys: id(1) });
    expect(changed?.dynamodb?.NewImage?.count).toEqual(is_new ? { N: '2' } : undefined);
    expect(changed?.dynamodb?.OldImage?.id).toEqual(is_old ? { S: '1' } : undefined);
    const image = changed?.dynamodb?.NewImage ?? changed?.dynamodb?.OldImage;
    if (is_new || is_old) expect([...image!.bytes!.B!]).toEqual([0, 255]);
  });

  it('a record has the second of its creation and the size of its keys and images', async () => {
    const { TableName, StreamArn } = await db.createTable();
    await put(TableName, { id: { S: '101' }, Message: { S: 'New item!' }, n: { N: '101' } });
    const [record] = await db.readAll(StreamArn);
    expect(record).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
    });
    const created = record!.dynamodb!.ApproximateCreationDateTime!.getTime();
    expect(created % 1000).toBe(0);
    expect(Math.abs(created - db.now())).toBeLessThan(10_000);
    // Keys: id 2 + 3. New image: id 2 + 3, Message 7 + 9, n 1 + 3.
    expect(record!.dynamodb!.SizeBytes).toBe(5 + 5 + 16 + 4);
  });

  it('an expired item is removed by the service, and a deleted item has no identity', async () => {
    const { TableName, StreamArn } = await db.createTable();
    const TimeToLiveSpecification = { AttributeName: 'expires_at', Enabled: true };
    await db.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const seconds = Math.floor(db.now() / 1000);
    await put(TableName, {
      ...id('old'),
      expires_at: { N: String(seconds - 1) },
      source: { S: 's' },
    });
    await put(TableName, { ...id('young'), expires_at: { N: String(seconds + 1000) } });
    await remove(TableName, id('young'));
    expect(await db.service.sweepExpired(db.now())).toBe(1);
    const removals = (await db.readAll(StreamArn)).filter(
      ({ eventName }) => eventName === 'REMOVE',
    );
    expect(removals.map(({ dynamodb }) => dynamodb?.OldImage?.id?.S)).toEqual(['young', 'old']);
    expect(removals.map(({ userIdentity }) => userIdentity)).toEqual([
      undefined,
      { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' },
    ]);
  });

  it('concurrent writes of an item have records whose images join to a chain, whatever the shards do', async () => {
    await db.close();
    db = await openStreamedDynamoDb({ stream_shards: 3 });
    const { TableName, StreamArn } = await db.createTable();
    const writes = upTo(60).map(async (index) => {
      await put(TableName, { ...id(index % 4), count: { N: String(index) } });
      if (index % 15 === 7) await db.service.replaceShards(index % 2 === 0 ? 1 : 2);
    });
    await Promise.all(writes);
    const records = await db.readAll(StreamArn);
    expect(records).toHaveLength(60);
    for (const key of upTo(4)) {
      const own = records.filter(({ dynamodb }) => dynamodb?.Keys?.id?.S === String(key));
      const before = own.map(({ dynamodb }) => dynamodb?.OldImage?.count?.N);
      const after = own.map(({ dynamodb }) => dynamodb?.NewImage?.count?.N);
      expect(before).toEqual([undefined, ...after.slice(0, -1)]);
      const { Item } = await db.client.send(new GetItemCommand({ TableName, Key: id(key) }));
      expect(Item?.count?.N).toBe(after.at(-1));
    }
  });
});

describe('the stream of a table', () => {
  it('DescribeTable has the stream, which is enabled and disabled with UpdateTable', async () => {
    const { TableName, StreamArn } = await db.createTable('NEW_IMAGE');
    const describeTable = async () =>
      (await db.client.send(new DescribeTableCommand({ TableName }))).Table!;
    const enabled = await describeTable();
    expect(enabled).toMatchObject({
      LatestStreamArn: StreamArn,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    expect(StreamArn).toBe(`${enabled.TableArn}/stream/${enabled.LatestStreamLabel}`);

    const update = (StreamSpecification: UpdateTableCommand['input']['StreamSpecification']) =>
      db.client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
    const on = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const };
    expect((await catchError(update(on)))?.name).toBe('ValidationException');
    await update({ StreamEnabled: false });
    expect((await catchError(update({ StreamEnabled: false })))?.name).toBe('ValidationException');
    expect((await describeTable()).StreamSpecification).toBeUndefined();
    await put(TableName, id(1));
    await update(on);
    await put(TableName, id(2));
    const second = await describeTable();
    expect(second.LatestStreamArn).not.toBe(StreamArn);
    expect(await db.readAll(second.LatestStreamArn!)).toHaveLength(1);
    expect(await db.readAll(StreamArn)).toHaveLength(0);
  });

  it('the records of a disabled stream and of a deleted table are readable for 24 hours', async () => {
    const { TableName, StreamArn } = await db.createTable();
    await put(TableName, id(1));
    await db.client.send(new DeleteTableCommand({ TableName }));
    const described = await db.describe(StreamArn);
    expect(described.StreamStatus).toBe('DISABLED');
    expect(described.Shards?.[0]?.SequenceNumberRange?.EndingSequenceNumber).toBeDefined();
    expect(await db.readAll(StreamArn)).toHaveLength(1);
    db.wait(24 * HOUR_MS + 1000);
    await db.service.trimStreams();
    expect((await catchError(db.describe(StreamArn)))?.name).toBe('ResourceNotFoundException');
  });

  it('CreateTable refuses an unknown view type, and a view type without a stream', async () => {
    const { TableName } = await db.createTable();
    const update = (StreamSpecification: object) =>
      catchError(
        db.client.send(
          new UpdateTableCommand({ TableName, StreamSpecification } as UpdateTableCommand['input']),
        ),
      );
    expect((await update({ StreamEnabled: true }))?.name).toBe('ValidationException');
    expect((await update({ StreamEnabled: true, StreamViewType: 'ALL' }))?.name).toBe(
      'ValidationException',
    );
    expect((await update({ StreamEnabled: false, StreamViewType: 'KEYS_ONLY' }))?.name).toBe(
      'ValidationException',
    );
  });

  it('ListStreams lists the streams of all tables or of one, in pages', async () => {
    const tables = [await db.createTable(), await db.createTable(), await db.createTable()];
    const list = (input = {}) => db.streams.send(new ListStreamsCommand(input));
    const first = await list({ Limit: 2 });
    expect(first.Streams).toHaveLength(2);
    const rest = await list({ ExclusiveStartStreamArn: first.LastEvaluatedStreamArn });
    expect(rest.LastEvaluatedStreamArn).toBeUndefined();
    expect([...first.Streams!, ...rest.Streams!].map(({ StreamArn }) => StreamArn)).toEqual(
      tables.map(({ StreamArn }) => StreamArn),
    );
    const { TableName, StreamArn } = tables[1]!;
    const StreamLabel = StreamArn.split('/').at(-1);
    expect((await list({ TableName })).Streams).toEqual([{ StreamArn, StreamLabel, TableName }]);
  });

  it('items and records are there after a restart, and later records follow them', async () => {
    const path = await mkdtemp(join(tmpdir(), 'embedded-cloud-streams-'));
    const first = await openStreamedDynamoDb({ path });
    const { TableName, StreamArn } = await first.createTable();
    await Promise.all(upTo(30).map((index) => put(TableName, id(index), first.client)));
    await first.close();
    const second = await openStreamedDynamoDb({ path });
    await put(TableName, id('late'), second.client);
    const records = await second.readAll(StreamArn);
    expect(records).toHaveLength(31);
    expect(records.at(-1)?.dynamodb?.Keys).toEqual(id('late'));
    const { Item } = await second.client.send(new GetItemCommand({ TableName, Key: id(7) }));
    expect(Item).toEqual(id(7));
    await second.close();
    await rm(path, { recursive: true });
  });
});

describe('shards', () => {
  it('a shard that is replaced ends, and its child or children go on', async () => {
    const { TableName, StreamArn } = await db.createTable();
    await put(TableName, id(1));
    const [root] = (await db.describe(StreamArn)).Shards!;
    expect(root).toMatchObject({ ShardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/) });
    expect(root?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined();
    expect(await db.service.replaceShards(1)).toBe(1);
    expect(await db.service.replaceShards(2, TableName)).toBe(1);
    await put(TableName, id(2));
    const { Shards = [] } = await db.describe(StreamArn);
    expect(Shards.map(({ ParentShardId }) => ParentShardId)).toEqual([
      undefined,
      Shards[0]?.ShardId,
      Shards[1]?.ShardId,
      Shards[1]?.ShardId,
    ]);
    for (const [index, { SequenceNumberRange: range }] of Shards.entries()) {
      expect(range?.EndingSequenceNumber !== undefined).toBe(index < 2);
      const parent = Shards.find(({ ShardId }) => ShardId === Shards[index]?.ParentShardId);
      const end = parent?.SequenceNumberRange?.EndingSequenceNumber ?? '0';
      expect(BigInt(range!.StartingSequenceNumber!)).toBeGreaterThan(BigInt(end));
    }
    const page = await db.read(await db.iterate(StreamArn, Shards[0]!.ShardId!));
    expect([page.Records?.length, page.NextShardIterator]).toEqual([1, undefined]);
    expect(await db.readAll(StreamArn)).toHaveLength(2);
  });

  it('a shard is replaced by a child when it is four hours old', async () => {
    const { TableName, StreamArn } = await db.createTable();
    await put(TableName, id(1));
    db.wait(4 * HOUR_MS);
    await put(TableName, id(2));
    const { Shards = [] } = await db.describe(StreamArn);
    expect(Shards).toHaveLength(2);
    const page = await db.read(await db.iterate(StreamArn, Shards[1]!.ShardId!));
    expect(page.Records?.map(({ dynamodb }) => dynamodb?.Keys)).toEqual([id(2)]);
  });

  it('DescribeStream lists shards in pages, and the children of a shard', async () => {
    const { StreamArn } = await db.createTable();
    await db.service.replaceShards(2);
    const ask = async (input: object) => {
      const sent = new DescribeStreamCommand({ StreamArn, ...input });
      return (await db.streams.send(sent)).StreamDescription!;
    };
    const first = await ask({ Limit: 2 });
    expect(first.Shards).toHaveLength(2);
    const rest = await ask({ ExclusiveStartShardId: first.LastEvaluatedShardId });
    expect([rest.Shards?.length, rest.LastEvaluatedShardId]).toEqual([1, undefined]);
    const ShardFilter = { Type: 'CHILD_SHARDS', ShardId: first.Shards![0]!.ShardId };
    expect((await ask({ ShardFilter })).Shards).toHaveLength(2);
    expect(first).toMatchObject({
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
  });
});

describe('reads', () => {
  it('iterators start at the oldest record, after the newest, at a record or after it', async () => {
    const { TableName, StreamArn } = await db.createTable();
    const shard = await onlyShard(StreamArn);
    const empty = await db.iterate(StreamArn, shard, { ShardIteratorType: 'LATEST' });
    for (const index of upTo(3)) await put(TableName, id(index));
    const all = (await db.read(await db.iterate(StreamArn, shard))).Records!;
    const { SequenceNumber } = all[1]!.dynamodb!;
    const countFrom = async (ShardIteratorType: string, number?: string) => {
      const from = { ShardIteratorType, SequenceNumber: number } as never;
      return (await db.read(await db.iterate(StreamArn, shard, from))).Records?.length;
    };
    expect(await countFrom('TRIM_HORIZON')).toBe(3);
    expect(await countFrom('LATEST')).toBe(0);
    expect(await countFrom('AT_SEQUENCE_NUMBER', SequenceNumber)).toBe(2);
    expect(await countFrom('AFTER_SEQUENCE_NUMBER', SequenceNumber)).toBe(1);
    expect((await db.read(empty)).Records).toHaveLength(3);
  });

  it('GetRecords returns at most 1,000 records and 1 MB, and goes on at the next record', async () => {
    const { TableName, StreamArn } = await db.createTable('NEW_IMAGE');
    const shard = await onlyShard(StreamArn);
    const large = { S: 'x'.repeat(300_000) };
    for (const index of upTo(4)) await put(TableName, { ...id(index), large });
    const first = await db.read(await db.iterate(StreamArn, shard));
    expect(first.Records).toHaveLength(3);
    expect((await db.read(first.NextShardIterator)).Records).toHaveLength(1);
    const latest = await db.iterate(StreamArn, shard, { ShardIteratorType: 'LATEST' });
    for (const batch of upTo(41)) {
      const requests = upTo(25).map((index) => {
        return { PutRequest: { Item: id(`n-${batch}-${index}`) } };
      });
      await db.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    }
    const page = await db.read(latest);
    expect(page.Records).toHaveLength(1000);
    expect((await db.read(page.NextShardIterator, 2)).Records).toHaveLength(2);
    expect((await catchError(db.read(latest, 1001)))?.name).toBe('LimitExceededException');
  });

  it('an iterator expires after 15 minutes', async () => {
    const { StreamArn } = await db.createTable();
    const iterator = await db.iterate(StreamArn, await onlyShard(StreamArn));
    db.wait(14 * 60_000);
    const page = await db.read(iterator);
    db.wait(2 * 60_000);
    expect((await catchError(db.read(iterator)))?.name).toBe('ExpiredIteratorException');
    expect((await db.read(page.NextShardIterator)).Records).toEqual([]);
  });

  it('a record that is older than 24 hours is trimmed, and reading at it is refused', async () => {
    const { TableName, StreamArn } = await db.createTable();
    const shard = await onlyShard(StreamArn);
    await put(TableName, id('old'));
    const [old] = (await db.read(await db.iterate(StreamArn, shard))).Records!;
    db.wait(23 * HOUR_MS);
    await put(TableName, id('young'));
    const [, child] = (await db.describe(StreamArn)).Shards!;
    db.wait(HOUR_MS - 5000);
    const stale = await db.iterate(StreamArn, shard);
    db.wait(10_000);
    const { SequenceNumber } = old!.dynamodb!;
    for (const is_deleted of [false, true]) {
      if (is_deleted) await db.service.trimStreams();
      expect((await catchError(db.read(stale)))?.name).toBe('TrimmedDataAccessException');
      const at = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber };
      expect((await catchError(db.iterate(StreamArn, shard, at)))?.name).toBe(
        'TrimmedDataAccessException',
      );
      expect((await db.read(await db.iterate(StreamArn, shard))).Records).toEqual([]);
    }
    const page = await db.read(await db.iterate(StreamArn, child!.ShardId!));
    expect(page.Records?.map(({ dynamodb }) => dynamodb?.Keys)).toEqual([id('young')]);
    db.wait(24 * HOUR_MS);
    await db.service.trimStreams();
    const left = (await db.describe(StreamArn)).Shards?.map(({ ShardId }) => ShardId);
    expect(left).toEqual([child!.ShardId]);
  });

  it('the third reader of a shard is refused while two others read it', async () => {
    const { StreamArn } = await db.createTable();
    const shard = await onlyShard(StreamArn);
    const readers = await Promise.all(upTo(3).map(() => db.iterate(StreamArn, shard)));
    const [one, two, three] = await Promise.all(
      readers.map(async (iterator) => (await db.read(iterator)).NextShardIterator),
    );
    await db.read(one);
    await db.read(two);
    expect((await catchError(db.read(three)))?.name).toBe('LimitExceededException');
    db.wait(3_000);
    await db.read(one);
    expect((await db.read(three)).Records).toEqual([]);
    expect((await catchError(db.read(two)))?.name).toBe('LimitExceededException');
  });

  it('a missing stream or shard and a strange iterator are refused', async () => {
    const { StreamArn } = await db.createTable();
    const shard = await onlyShard(StreamArn);
    const missing = StreamArn.replace(/.{5}$/, '9.999');
    expect((await catchError(db.describe(missing)))?.name).toBe('ResourceNotFoundException');
    const other = shard.replace(/.$/, 'f');
    expect((await catchError(db.iterate(StreamArn, other)))?.name).toBe(
      'ResourceNotFoundException',
    );
    expect((await catchError(db.read('AAAA')))?.name).toBe('ValidationException');
    const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const, SequenceNumber: '1'.repeat(21) };
    expect((await catchError(db.iterate(StreamArn, shard, at)))?.name).toBe('ValidationException');
  });
});
