import { createDynamoDb } from '@aurastream/embedded-cloud/testing';
import { expect, it } from 'vitest';
import { createDynamodb } from '../../../bench/services/dynamodb.ts';
import { WAIT } from '../../support/wait.ts';

/**
 * Definition of a table. The table has no index, because the embedded DynamoDB does not report the
 * capacity units of indexes.
 */
const CREATE_TABLE = {
  TableName: 'cache',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'fingerprint', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'fingerprint', AttributeType: 'S' }],
};

const itemOf = (key: string, bytes = 10) => ({
  fingerprint: { S: key },
  text: { S: 'x'.repeat(bytes) },
  score: { N: '-0.8125' },
  scores: { M: { positive: { N: '0.1' }, is_mixed: { BOOL: false } } },
});
const write = (...items: object[]) => ({
  RequestItems: { cache: items.map((Item) => ({ PutRequest: { Item } })) },
});
const insert = (...items: object[]) => ({
  Statements: items.map((item) => ({
    Statement: `INSERT INTO "cache" VALUE {${Object.keys(item).map((name) => `'${name}': ?`)}}`,
    Parameters: Object.values(item),
  })),
});
const read = (...keys: string[]) => ({
  RequestItems: { cache: { Keys: keys.map((key) => ({ fingerprint: { S: key } })) } },
});
const update = (condition: string) => ({
  TableName: 'cache',
  Key: { fingerprint: { S: 'counter' } },
  UpdateExpression: 'SET slots = :slots, tier = if_not_exists(tier, :tier)',
  ConditionExpression: condition,
  ExpressionAttributeValues: { ':slots': { N: '5' }, ':tier': { N: '1' } },
  ReturnValues: 'ALL_NEW',
});
const putNew = (key: string) => ({
  TableName: 'cache',
  Item: itemOf(key),
  ConditionExpression: 'attribute_not_exists(fingerprint)',
});

/**
 * Requests that the test sends, in this order. The order matters because an answer can depend on
 * the earlier requests.
 */
const REQUESTS: [action: string, request: object][] = [
  ['BatchWriteItem', write(itemOf('a'), itemOf('b', 1_500), itemOf('c', 5_000))],
  ['BatchWriteItem', write(itemOf('c', 10))],
  ['BatchGetItem', read('a', 'b', 'missing')],
  ['BatchGetItem', read('a', 'a')],
  ['BatchGetItem', read(...Array.from({ length: 101 }, (_, i) => `key-${i}`))],
  ['BatchWriteItem', write(...Array.from({ length: 26 }, (_, i) => itemOf(`key-${i}`)))],
  ['BatchExecuteStatement', insert(itemOf('a'), itemOf('d', 3_000), itemOf('e'))],
  ['BatchExecuteStatement', insert(itemOf('d'), itemOf('e'))],
  ['PutItem', putNew('f')],
  ['PutItem', putNew('f')],
  ['PutItem', { TableName: 'cache', Item: itemOf('f', 2_000) }],
  ['UpdateItem', update('attribute_not_exists(slots)')],
  ['UpdateItem', update('(attribute_not_exists(slots)) OR (slots < :slots AND slots >= :tier)')],
  ['UpdateItem', update('slots = :slots')],
  ['GetItem', { TableName: 'cache', Key: { fingerprint: { S: 'f' } } }],
  ['GetItem', { TableName: 'cache', Key: { fingerprint: { S: 'f' } }, ConsistentRead: true }],
  ['DeleteItem', { TableName: 'cache', Key: { fingerprint: { S: 'a' } } }],
  ['GetItem', { TableName: 'cache', Key: { fingerprint: { S: 'a' } } }],
  // Each of these 100 items is one byte larger than the previous item. One item is exactly as large
  // as one write unit allows. The test therefore fails if the two services count the bytes of an
  // item differently.
  ...Array.from({ length: 100 }, (_, i): [string, object] => {
    return ['PutItem', { TableName: 'cache', Item: itemOf(`size-${i + 100}`, 900 + i) }];
  }),
];

type Body = Record<string, unknown>;
type Send = (action: string, request: object) => Promise<object>;

/**
 * Reduces an answer to the parts on which a program depends. For an error, these parts are the
 * status and the code, without the message. For a success, these parts are the status, the error
 * codes of the statements, the items, the attributes and the capacity units.
 */
function simplify(status: number, body: Body, usage: Record<string, number>) {
  if (status !== 200) return { status, code: String(body.__type).split('#').pop() };
  const { Responses } = body;
  const statements = Array.isArray(Responses)
    ? Responses.map((response) => response.Error?.Code)
    : [];
  // The items are compared as a set, because BatchGetItem may return the items in any order.
  const items = Array.isArray(Responses) ? [] : new Set(Object.values(Responses ?? {}).flat());
  const { read_units = 0, write_units = 0 } = usage;
  const { Item, Attributes } = body;
  return { status, statements, items, Item, Attributes, read_units, write_units };
}

/** Creates the DynamoDB of the benchmark, in which all tables exist from the start. */
function openStandIn(): Send {
  const { actions } = createDynamodb();
  return async (action, request) => {
    try {
      const { status = 200, body, usage = {} } = actions[action]!(request as Body);
      return simplify(status, body as Body, usage);
    } catch (error) {
      // If a request exceeds a limit, the server of the benchmark answers with
      // `ValidationException`.
      if ((error as Error).name !== 'LimitExceeded') throw error;
      return simplify(400, { __type: 'ValidationException' }, {});
    }
  };
}

async function withEmbedded<T>(work: (send: Send) => Promise<T>): Promise<T> {
  const service = await createDynamoDb({ now: Date.now });
  const send = async (action: string, request: object) => {
    const call = {
      service: 'dynamodb',
      action,
      caller: { access_key_id: 'test', name: 'owner' },
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(request)),
    };
    const reply = await service.handle(call);
    const usage = service.usageOf?.(call, reply) ?? {};
    return { status: reply.status, body: JSON.parse(String(reply.body)) as Body, usage };
  };
  try {
    await send('CreateTable', CREATE_TABLE);
    await expect
      .poll(async () => (await send('DescribeTable', { TableName: 'cache' })).body, WAIT)
      .toMatchObject({ Table: { TableStatus: 'ACTIVE' } });
    return await work(async (action, request) => {
      const { status, body, usage } = await send(action, request);
      return simplify(status, body, usage);
    });
  } finally {
    await service.close();
  }
}

async function sendAll(send: Send): Promise<object[]> {
  const answers: object[] = [];
  for (const [action, request] of REQUESTS)
    answers.push({ action, ...(await send(action, request)) });
  return answers;
}

it("the benchmark's DynamoDB answers and bills as the embedded cloud's", async () => {
  const expected = await withEmbedded(sendAll);
  expect(await sendAll(openStandIn())).toEqual(expected);
});
