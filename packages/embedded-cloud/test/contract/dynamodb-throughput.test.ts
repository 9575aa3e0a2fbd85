import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import { createDynamoDb } from '../../src/services/dynamodb.ts';

let now: number;
let served: ServedService;
let client: DynamoDBClient;
const TableName = 'texts';

beforeEach(async () => {
  now = Date.UTC(2026, 10, 26);
  served = await serveService(await createDynamoDb({ now: () => now, throughput: 'on-demand' }));
  client = new DynamoDBClient({ ...clientConfig(served.endpoint), maxAttempts: 1 });
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [attribute('id'), attribute('source')],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_source',
          KeySchema: [{ AttributeName: 'source', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.01 },
    { TableName },
  );
});
afterEach(async () => {
  client.destroy();
  await served.close();
});

/** An item of a little more than 250 write units. */
const item = (id: string, source?: string) => ({
  id: { S: id },
  text: { S: 'x'.repeat(250 * 1024) },
  ...(source === undefined ? {} : { source: { S: source } }),
});
const put = (id: string, source?: string) =>
  client.send(new PutItemCommand({ TableName, Item: item(id, source) }));
const describeThrottle = (reason: string, resource = 'table/texts') => ({
  name: 'ThrottlingException',
  throttlingReasons: [{ reason, resource: `arn:aws:dynamodb:us-east-1:000000000000:${resource}` }],
});
const HOT_WRITE = describeThrottle('TableWriteKeyRangeThroughputExceeded');

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
it('a key that has written 1,000 units in a second is throttled, and another key is not', async () => {
  for (let i = 0; i < 4; i += 1) await put('hot');
  await expect(put('hot')).rejects.toMatchObject(HOT_WRITE);
  const update = new UpdateItemCommand({
    ...{ TableName, Key: { id: { S: 'hot' } } },
    UpdateExpression: 'SET a = :a',
    ExpressionAttributeValues: { ':a': { N: '1' } },
  });
  await expect(client.send(update)).rejects.toMatchObject(HOT_WRITE);
  await put('other 2');
  now += 1_000;
  await client.send(update);
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
it('a hot key of an index throttles writes of different keys of its table', async () => {
  for (let i = 0; i < 4; i += 1) await put(`id ${i}`, 'news');
  const of_index = describeThrottle(
    'IndexWriteKeyRangeThroughputExceeded',
    'table/texts/index/by_source',
  );
  await expect(put('id 10', 'news')).rejects.toMatchObject(of_index);
  await put('id 10');
  now += 1_000;
  await put('id 11', 'news');
});

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
it('a batch reports its throttled entries, and does the others', async () => {
  for (let i = 0; i < 4; i += 1) await put('hot');
  const writes = ['hot', 'other 2'].map((id) => ({ PutRequest: { Item: { id: { S: id } } } }));
  const written = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }),
  );
  expect(written.UnprocessedItems).toEqual({ [TableName]: [writes[0]] });

  const insert = (id: string) => ({
    Statement: `INSERT INTO "${TableName}" VALUE {'id': '${id}'}`,
  });
  const inserted = await client.send(
    new BatchExecuteStatementCommand({ Statements: [insert('hot'), insert('new 2')] }),
  );
  expect(inserted.Responses).toMatchObject([{ Error: { Code: 'ThrottlingError' } }, { TableName }]);
  const Keys = ['other 2', 'new 2'].map((id) => ({ id: { S: id } }));
  const read = await client.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }),
  );
  expect(read.Responses?.[TableName]).toHaveLength(2);
  const all_hot = { RequestItems: { [TableName]: [writes[0]!] } };
  await expect(client.send(new BatchWriteItemCommand(all_hot))).rejects.toMatchObject(HOT_WRITE);
});
