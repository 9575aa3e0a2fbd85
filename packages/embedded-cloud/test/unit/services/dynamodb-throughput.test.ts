import { expect, it } from 'vitest';
import { createThroughput } from '../../../src/services/dynamodb/throughput/throughput.ts';

const HASH = 'HASH' as const;
const TABLE = {
  TableName: 'texts',
  KeySchema: [{ AttributeName: 'id', KeyType: HASH }],
  GlobalSecondaryIndexes: [
    { IndexName: 'by_source', KeySchema: [{ AttributeName: 'source', KeyType: HASH }] },
  ],
};
const open = () => createThroughput({ now: () => 0, findTable: async () => TABLE });

const get = (id: string) => ({ TableName: 'texts', Key: { id: { S: id } } });
const query = (source: string) => ({
  TableName: 'texts',
  IndexName: 'by_source',
  KeyConditionExpression: '#day <= :day AND (#s=:s)',
  ExpressionAttributeNames: { '#s': 'source', '#day': 'day' },
  ExpressionAttributeValues: { ':s': { S: source }, ':day': { S: '2026-11-26' } },
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
it.each([
  ['GetItem', get, 'TableReadKeyRangeThroughputExceeded', 'table/texts'],
  ['Query', query, 'IndexReadKeyRangeThroughputExceeded', 'table/texts/index/by_source'],
])(
  'a key that has read 3,000 units in a second by %s is throttled, and another key is not',
  async (action, inputOf, reason, resource) => {
    const limit = open();
    const read = (key: string) =>
      limit(action, inputOf(key), async () => ({ ConsumedCapacity: { CapacityUnits: 100 } }));
    for (let i = 0; i < 30; i += 1) await read('hot');
    await expect(read('hot')).rejects.toMatchObject({
      body: {
        __type: expect.stringContaining('ThrottlingException'),
        throttlingReasons: [{ reason, resource: expect.stringContaining(resource) }],
      },
    });
    await read('other 2');
  },
);
