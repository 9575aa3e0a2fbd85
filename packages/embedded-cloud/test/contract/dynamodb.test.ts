import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { ownerIdentity } from '../../src/gateway/serve-service.ts';
import { createDynamoDb, type DynamoDbService } from '../../src/services/dynamodb.ts';
import { WAIT } from '../support/wait.ts';

const now = () => Date.now();

async function open(path?: string) {
  const service = await createDynamoDb({ now, ...(path !== undefined && { path }) });
  const gateway = createGateway({
    services: [service],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now,
  });
  const { port } = await gateway.listen(0);
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
  });
  return { service, gateway, client };
}

let service: DynamoDbService;
let gateway: Gateway;
let client: DynamoDBClient;
let tables = 0;

beforeAll(async () => {
  ({ service, gateway, client } = await open());
});
afterEach(() => {
  gateway.faults.clear();
  gateway.meter.reset();
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});

async function newTable(by = client): Promise<string> {
  tables += 1;
  const TableName = `table-${tables}`;
  await by.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'source', 'time'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_source',
          KeySchema: [
            { AttributeName: 'source', KeyType: 'HASH' },
            { AttributeName: 'time', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await vi.waitFor(async () => {
    const { Table } = await by.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  }, WAIT);
  return TableName;
}

const key = (index: number) => ({ id: { S: `id-${index}` } });
const put = (TableName: string, Item: Record<string, AttributeValue>) =>
  client.send(new PutItemCommand({ TableName, Item }));
const get = async (TableName: string, Key: Record<string, AttributeValue>) =>
  (await client.send(new GetItemCommand({ TableName, Key }))).Item;
const scan = async (TableName: string) =>
  (await client.send(new ScanCommand({ TableName }))).Items ?? [];
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const failure = (send: Promise<unknown>) =>
  send.then(
    () => undefined,
    (error: Error) => error,
  );
const usage = (action: string) =>
  gateway.meter.read().entries.find((entry) => entry.action === action)?.usage;

describe('BatchGetItem', () => {
  test('BatchGetItem returns up to 100 items', async () => {
    const table = await newTable();
    await Promise.all(upTo(3).map((index) => put(table, key(index))));
    const batch = { [table]: { Keys: upTo(100).map(key) } };
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: batch }));
    expect(Responses?.[table]).toHaveLength(3);
  });

  test('BatchGetItem refuses 101 keys and duplicate keys', async () => {
    const table = await newTable();
    const ask = (keys: ReturnType<typeof key>[]) =>
      failure(client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } })));
    expect((await ask(upTo(101).map(key)))?.name).toBe('ValidationException');
    const twice = await ask([key(1), key(2), key(1)]);
    expect(twice?.name).toBe('ValidationException');
    expect(twice?.message).toBe('Provided list of item keys contains duplicates');
  });

  test('BatchGetItem returns complete UnprocessedKeys', async () => {
    const table = await newTable();
    const text = { S: 'x'.repeat(380_000) };
    await Promise.all(upTo(5).map((index) => put(table, { ...key(index), text })));
    const found: string[] = [];
    let left: BatchGetItemCommand['input']['RequestItems'] = {
      [table]: {
        Keys: upTo(5).map(key),
        ProjectionExpression: '#id, #text',
        ExpressionAttributeNames: { '#id': 'id', '#text': 'text' },
      },
    };
    let calls = 0;
    while (left !== undefined && Object.keys(left).length > 0) {
      const page: Awaited<ReturnType<typeof ask>> = await ask(left);
      found.push(...(page.Responses?.[table] ?? []).map(({ id }) => id!.S!));
      left = page.UnprocessedKeys;
      calls += 1;
      if (left?.[table]) expect(left[table].ProjectionExpression).toBe('#id, #text');
    }
    expect(found.sort()).toEqual(upTo(5).map((index) => `id-${index}`));
    expect(calls).toBeGreaterThan(1);
  });
  const ask = (RequestItems: NonNullable<BatchGetItemCommand['input']['RequestItems']>) =>
    client.send(new BatchGetItemCommand({ RequestItems }));
});

describe('BatchWriteItem', () => {
  const write = (RequestItems: Record<string, number[]>) =>
    client.send(
      new BatchWriteItemCommand({
        RequestItems: Object.fromEntries(
          Object.entries(RequestItems).map(([table, list]) => [
            table,
            list.map((index) => ({ PutRequest: { Item: key(index) } })),
          ]),
        ),
      }),
    );

  test('BatchWriteItem accepts 25 writes and refuses 26, in one table or in two', async () => {
    const [one, two] = [await newTable(), await newTable()];
    await write({ [one]: upTo(25) });
    expect(await scan(one)).toHaveLength(25);
    expect((await failure(write({ [one]: upTo(26) })))?.name).toBe('ValidationException');
    expect((await failure(write({ [one]: upTo(13), [two]: upTo(13) })))?.name).toBe(
      'ValidationException',
    );
    expect((await failure(write({ [one]: [1, 1] })))?.name).toBe('ValidationException');
    expect(await scan(two)).toEqual([]);
  });

  test('BatchWriteItem does not write the items that a partial fault rejects', async () => {
    const table = await newTable();
    gateway.faults.add({
      service: 'dynamodb',
      action: 'BatchWriteItem',
      kind: 'partial',
      share: 0.4,
    });
    const { UnprocessedItems } = await write({ [table]: upTo(10) });
    const left = UnprocessedItems?.[table]?.map(({ PutRequest }) => PutRequest!.Item!.id!.S!) ?? [];
    expect(left).toHaveLength(4);
    const there = (await scan(table)).map(({ id }) => id!.S!);
    expect([...there, ...left].sort()).toEqual(upTo(10).map((index) => `id-${index}`));
  });
});

test('an item has at most 400 KB', async () => {
  const table = await newTable();
  const makeItem = (bytes: number) => ({ ...key(1), t: { S: 'x'.repeat(bytes) } });
  await put(table, makeItem(400 * 1024 - 7));
  const error = await failure(put(table, makeItem(400 * 1024 - 6)));
  expect(error).toMatchObject({ name: 'ValidationException' });
  expect(error?.message).toContain('Item size has exceeded the maximum allowed size');
});

test('PutItem respects its condition', async () => {
  const table = await newTable();
  const once = () =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: key(1),
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );
  await once();
  expect((await failure(once()))?.name).toBe('ConditionalCheckFailedException');
});

test('a query finds items by an index', async () => {
  const table = await newTable();
  for (const index of upTo(3)) {
    await put(table, { ...key(index), source: { S: 'shop' }, time: { S: `${9 - index}` } });
  }
  const { Items } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'by_source',
      KeyConditionExpression: '#source = :shop',
      ExpressionAttributeNames: { '#source': 'source' },
      ExpressionAttributeValues: { ':shop': { S: 'shop' } },
    }),
  );
  expect(Items?.map(({ id }) => id?.S)).toEqual(['id-2', 'id-1', 'id-0']);
});

describe('BatchExecuteStatement', () => {
  const insert = (table: string, index: number, text = 'text') => ({
    Statement: `INSERT INTO "${table}" VALUE {'id': ?, 'text': ?}`,
    Parameters: [{ S: `id-${index}` }, { S: text }],
  });
  const execute = (Statements: { Statement: string; Parameters?: AttributeValue[] }[]) =>
    client.send(new BatchExecuteStatementCommand({ Statements }));

  test('BatchExecuteStatement inserts 25 items and responds to each in order', async () => {
    const table = await newTable();
    const { Responses } = await execute(upTo(25).map((index) => insert(table, index)));
    expect(Responses).toEqual(upTo(25).map(() => ({ TableName: table })));
    expect(await scan(table)).toHaveLength(25);
    expect(usage('BatchExecuteStatement')).toEqual({ write_units: 25 });
  });

  test('BatchExecuteStatement keeps existing items and reports DuplicateItem', async () => {
    const table = await newTable();
    await execute([insert(table, 1, 'first')]);
    const { Responses } = await execute([0, 1, 2].map((index) => insert(table, index, 'second')));
    expect(Responses?.map(({ Error: error }) => error?.Code)).toEqual([
      undefined,
      'DuplicateItem',
      undefined,
    ]);
    expect((await get(table, key(1)))?.text).toEqual({ S: 'first' });
    expect((await get(table, key(2)))?.text).toEqual({ S: 'second' });
  });

  test('BatchExecuteStatement reports the error of each statement in order', async () => {
    const table = await newTable();
    const { Responses } = await execute([
      insert(table, 1),
      { Statement: `INSERT INTO "${table}" VALUE {'text': 'no key'}` },
      insert('nowhere', 1),
      insert(table, 2, 'x'.repeat(400 * 1024)),
    ]);
    expect(Responses?.map(({ Error: error }) => error?.Code)).toEqual([
      undefined,
      'ValidationError',
      'ResourceNotFound',
      'ValidationError',
    ]);
  });

  test('BatchExecuteStatement refuses 26 statements, none, two on one item, and other statements than INSERT', async () => {
    const table = await newTable();
    const reason = async (statements: Parameters<typeof execute>[0]) => {
      const error = await failure(execute(statements));
      expect(error?.name).toBe('ValidationException');
      return error?.message;
    };
    expect(await reason(upTo(26).map((index) => insert(table, index)))).toContain('equal to 25');
    expect(await reason([])).toContain('equal to 1');
    expect(await reason([insert(table, 1), insert(table, 1)])).toContain('duplicates');
    const update = { Statement: `UPDATE "${table}" SET text = 'a' WHERE id = 'id-1'` };
    expect(await reason([insert(table, 1), update])).toContain('only emulates INSERT INTO');
    expect(await scan(table)).toEqual([]);
  });

  test('BatchExecuteStatement does not insert the items that a partial fault rejects', async () => {
    const table = await newTable();
    gateway.faults.add({ service: 'dynamodb', action: 'BatchExecuteStatement', kind: 'partial' });
    const { Responses = [] } = await execute(upTo(6).map((index) => insert(table, index)));
    const failed = Responses.flatMap(({ Error: error }, index) => (error ? [`id-${index}`] : []));
    expect(failed).toHaveLength(3);
    expect(Responses.find(({ Error: error }) => error)?.Error?.Code).toBe(
      'ProvisionedThroughputExceeded',
    );
    const there = (await scan(table)).map(({ id }) => id!.S!);
    expect([...there, ...failed].sort()).toEqual(upTo(6).map((index) => `id-${index}`));
  });
});

describe('time to live', () => {
  const enable = (TableName: string, Enabled = true, by = client) =>
    by.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled },
      }),
    );
  const describeTtl = async (TableName: string, by = client) =>
    (await by.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

  test('UpdateTimeToLive enables and disables time to live', async () => {
    const table = await newTable();
    expect(await describeTtl(table)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await enable(table);
    expect(await describeTtl(table)).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expires_at',
    });
    expect((await failure(enable(table)))?.message).toBe('TimeToLive is already enabled');
    await enable(table, false);
    expect(await describeTtl(table)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect((await failure(enable('nowhere')))?.name).toBe('ResourceNotFoundException');
  });

  test('a sweep deletes the expired items only, which are readable until then', async () => {
    const [table, other] = [await newTable(), await newTable()];
    await enable(table);
    const expiring = (index: number, seconds: number) => ({
      ...key(index),
      expires_at: { N: `${seconds}` },
    });
    for (const name of [table, other]) {
      await put(name, expiring(1, 1_000_000_000));
      await put(name, expiring(2, 1_000_000_002));
      await put(name, key(3));
      await put(name, expiring(4, 5));
      await put(name, { ...key(5), expires_at: { S: '1000000000' } });
    }
    expect(await get(table, key(1))).toBeDefined();
    expect(await service.sweepExpired(1_000_000_001_000)).toBe(1);
    expect((await scan(table)).map(({ id }) => id?.S).sort()).toEqual([
      'id-2',
      'id-3',
      'id-4',
      'id-5',
    ]);
    expect(await scan(other)).toHaveLength(5);
  });

  test('DeleteTable removes the time-to-live setting', async () => {
    const table = await newTable();
    await enable(table);
    await client.send(new DeleteTableCommand({ TableName: table }));
    await vi.waitFor(async () => {
      const error = await failure(client.send(new DescribeTableCommand({ TableName: table })));
      expect(error?.name).toBe('ResourceNotFoundException');
    }, WAIT);
    tables -= 1;
    expect(await newTable()).toBe(table);
    expect(await describeTtl(table)).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  test('items and time-to-live settings survive a restart', async () => {
    const path = await mkdtemp(join(tmpdir(), 'aurastream-dynamodb-'));
    const first = await open(path);
    const table = await newTable(first.client);
    await enable(table, true, first.client);
    await first.client.send(new PutItemCommand({ TableName: table, Item: key(1) }));
    await expect(createDynamoDb({ path, now })).rejects.toThrow('another process');
    first.client.destroy();
    await first.gateway.close();

    const second = await open(path);
    expect((await describeTtl(table, second.client))?.TimeToLiveStatus).toBe('ENABLED');
    const { Item } = await second.client.send(
      new GetItemCommand({ TableName: table, Key: key(1) }),
    );
    expect(Item).toEqual(key(1));
    second.client.destroy();
    await second.gateway.close();
    await rm(path, { recursive: true });
  });
});

test('the meter counts read and write units, and a response contains them only on request', async () => {
  const table = await newTable();
  const item = { ...key(1), text: { S: 'x'.repeat(5000) } };
  const written = await put(table, item);
  expect(written.ConsumedCapacity).toBeUndefined();
  await get(table, key(1));
  await client.send(
    new BatchGetItemCommand({ RequestItems: { [table]: { Keys: upTo(10).map(key) } } }),
  );
  expect(usage('PutItem')).toEqual({ write_units: 5 });
  expect(usage('GetItem')).toEqual({ read_units: 1 });
  expect(usage('BatchGetItem')).toEqual({ read_units: 1 + 9 * 0.5 });
  const asked = await client.send(
    new GetItemCommand({ TableName: table, Key: key(1), ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(asked.ConsumedCapacity?.CapacityUnits).toBe(1);
});

test('an action that is not emulated is refused with UnknownOperationException', async () => {
  const table = await newTable();
  const items = [{ Put: { TableName: table, Item: key(1) } }];
  const error = await failure(client.send(new TransactWriteItemsCommand({ TransactItems: items })));
  expect(error?.name).toBe('UnknownOperationException');
});

/**
 * The limits of index projections are documented by AWS. Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html
 */
describe('index projections', () => {
  const attributes = (count: number) => upTo(count).map((i) => `attribute_${i}`);
  const index = (IndexName: string, NonKeyAttributes: string[]) => ({
    IndexName,
    KeySchema: [{ AttributeName: 'source', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes },
  });
  const create = (TableName: string, GlobalSecondaryIndexes: ReturnType<typeof index>[]) =>
    failure(
      client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['id', 'source'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S' as const,
          })),
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          GlobalSecondaryIndexes,
        }),
      ),
    );

  test('an index of 20 projected attributes is created, and one of 21 is refused', async () => {
    expect(await create('projects-20', [index('by_source', attributes(20))])).toBeUndefined();
    const refusal = await create('projects-21', [index('by_source', attributes(21))]);
    expect(refusal?.name).toBe('ValidationException');
    expect(refusal?.message).toContain(
      "at 'globalSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: " +
        'Member must have length less than or equal to 20',
    );
  });

  test('100 projected attributes over all indexes of a table are created, and 101 are refused', async () => {
    const five = upTo(5).map((i) => index(`index_${i}`, attributes(20)));
    expect(await create('projects-100', five)).toBeUndefined();
    const refusal = await create('projects-101', [...five, index('index_5', attributes(1))]);
    expect(refusal?.name).toBe('ValidationException');
    expect(refusal?.message).toContain('101');
  });

  test('UpdateTable refuses to give an index another projection', async () => {
    const TableName = await newTable();
    const refusal = await failure(
      client.send(
        new UpdateTableCommand({
          TableName,
          GlobalSecondaryIndexUpdates: [{ Create: index('by_source', attributes(1)) }],
        }),
      ),
    );
    expect(refusal?.name).toBe('ValidationException');
    expect(refusal?.message).toContain('already exists: by_source');
  });
});
