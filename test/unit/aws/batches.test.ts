import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import pLimit from 'p-limit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { getItems, putItems } from '../../../aws/dynamodb/batches.ts';
import { openTable, queryItems } from '../../../aws/dynamodb/table.ts';
import { type BatchOptions, firstError, sendBatches } from '../../../aws/send-batches.ts';
import { chunk } from '../../../lib/chunk.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';

const dynamodb = mockClient(DynamoDBClient);
beforeEach(() => void dynamodb.reset());
afterEach(() => void vi.useRealTimers());

const names = (count: number) => Array.from({ length: count }, (_, i) => `k${i}`);
const throttled = { code: 'Throttled', retryable: true, throttled: true };
const settle = () => new Promise(setImmediate);

/** Sends entries one per call. `answer` gives the answer to an entry at an attempt. */
function send(
  entries: string[],
  answer: (entry: string, attempt: number) => ReturnType<BatchOptions<string>['send']>,
  options: Partial<BatchOptions<string>> = {},
) {
  const attempts = new Map<string, number>();
  return sendBatches(entries, {
    limit: pLimit(16),
    pause: skipPause,
    split: (some) => chunk(some, 1),
    send: async ([entry = '']) => {
      const attempt = (attempts.get(entry) ?? 0) + 1;
      attempts.set(entry, attempt);
      return answer(entry, attempt);
    },
    ...options,
  });
}

it('an entry is sent at most five times, with a pause that knows the attempt after each but the last', async () => {
  const pauses: number[] = [];
  let sent = 0;
  const rejected = await send(
    ['a'],
    async () => {
      sent += 1;
      return [throttled];
    },
    { pause: async (attempt) => void pauses.push(attempt) },
  );
  expect([...rejected]).toEqual([['a', throttled]]);
  expect(sent).toBe(5);
  expect(pauses).toEqual([1, 2, 3, 4]);
});

it('an entry is not sent again before the pause has ended', async () => {
  let end = () => {};
  let sent = 0;
  const sending = send(
    ['a'],
    async (_, attempt) => {
      sent += 1;
      return attempt === 1 ? [throttled] : [];
    },
    { pause: () => new Promise<void>((resolve) => (end = resolve)) },
  );
  await settle();
  expect(sent).toBe(1);
  end();
  await sending;
  expect(sent).toBe(2);
});

it('entries that a service accepts at once cost no pause', async () => {
  const pauses: number[] = [];
  const pause = async (attempt: number) => void pauses.push(attempt);
  expect((await send(['a', 'b'], async () => [], { pause })).size).toBe(0);
  expect(pauses).toEqual([]);
});

it('neither an entry that no retry can help, nor a call that failed as a whole, is sent again', async () => {
  const final = { code: 'Invalid', retryable: false, throttled: false };
  let sent = 0;
  const rejected = await send(['final', 'failed', 'good'], async (entry) => {
    sent += 1;
    if (entry === 'final') return [final];
    if (entry === 'failed') throw new ServiceError('s', 'Down', { retryable: true });
    return [];
  });
  expect(sent).toBe(3);
  expect(Object.fromEntries(rejected)).toEqual({
    final,
    failed: { code: 'Down', retryable: true, throttled: false },
  });
});

it('an error that is not from the service is a bug, and is thrown', async () => {
  const sending = send(['a'], () => Promise.reject(new TypeError('a bug')));
  await expect(sending).rejects.toThrow(TypeError);
});

it('no more calls are in flight at the same time than the limit allows', async () => {
  let in_flight = 0;
  let most = 0;
  const answer = async () => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await settle();
    in_flight -= 1;
    return [];
  };
  await send(names(20), answer, { limit: pLimit(3) });
  expect(most).toBe(3);
});

it('the first rejection becomes an error with the same advice, and no rejection becomes none', () => {
  const rejected = new Map([['a', { code: 'Invalid', retryable: false, throttled: false }]]);
  expect(firstError('s', rejected)).toMatchObject({
    ...{ name: 'ServiceError', service: 's', code: 'Invalid', retryable: false, throttled: false },
  });
  expect(firstError('s', new Map([['a', throttled]]))).toMatchObject({ throttled: true });
  expect(firstError('s', new Map())).toBeUndefined();
});

const client = dynamodb as unknown as DynamoDBClient;
const open = () => openTable({ client, table_name: 't', pause: skipPause });
const keysOf = (call: { args: unknown[] }) => {
  const { input } = call.args[0] as BatchGetItemCommand;
  return input.RequestItems!.t!.Keys!.map(({ id }) => id!.S!);
};

it('a read has at most 100 keys per call, at most 16 calls at a time, and the items of all calls', async () => {
  let in_flight = 0;
  let most = 0;
  dynamodb.on(BatchGetItemCommand).callsFake(async ({ RequestItems }) => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await settle();
    in_flight -= 1;
    return { Responses: { t: RequestItems.t.Keys } };
  });
  const read = await getItems(open(), names(2_050), { key_name: 'id' });
  expect(read.items.map(({ id }) => id?.S).sort()).toEqual(names(2_050).sort());
  const sizes = dynamodb.commandCalls(BatchGetItemCommand).map((call) => keysOf(call).length);
  expect(sizes).toEqual([...Array.from({ length: 20 }, () => 100), 50]);
  expect(most).toBe(16);
});

it('a read asks for unprocessed keys again, and names the keys that stay unprocessed', async () => {
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
    const [first, ...others] = RequestItems.t.Keys;
    return { Responses: { t: [first] }, UnprocessedKeys: { t: { Keys: others } } };
  });
  const { items, unread } = await getItems(open(), names(7), { key_name: 'id' });
  expect(items.map(({ id }) => id?.S)).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
  const rejection = { code: 'UnprocessedKeys', retryable: true, throttled: true };
  expect(Object.fromEntries(unread)).toEqual({ k5: rejection, k6: rejection });
});

it('a write has at most 25 items per call, and sends only unprocessed items again', async () => {
  let calls = 0;
  dynamodb.on(BatchWriteItemCommand).callsFake(({ RequestItems }) => {
    calls += 1;
    return calls === 1 ? { UnprocessedItems: { t: RequestItems.t.slice(23) } } : {};
  });
  const items = names(60).map((id) => ({ id: { S: id } }));
  expect((await putItems(open(), items, ({ id }) => id?.S)).size).toBe(0);
  const sent = dynamodb
    .commandCalls(BatchWriteItemCommand)
    .map(({ args }) => args[0].input.RequestItems!.t!.map((put) => put.PutRequest!.Item!.id!.S));
  expect(sent.map((ids) => ids.length)).toEqual([25, 25, 10, 2]);
  expect(sent[3]).toEqual(['k23', 'k24']);
});

it('a query yields the items of all pages, and reads the next page only when it is needed', async () => {
  dynamodb.on(QueryCommand).callsFake(({ ExclusiveStartKey }) => {
    const page = Number(ExclusiveStartKey?.id.S ?? 0);
    const Items = page === 1 ? [] : [{ id: { S: `item ${page}` } }];
    return { Items, ...(page < 3 ? { LastEvaluatedKey: { id: { S: String(page + 1) } } } : {}) };
  });
  const found: (string | undefined)[] = [];
  for await (const { id } of queryItems(open(), { KeyConditionExpression: 'x' })) {
    if (found.length === 0) expect(dynamodb.commandCalls(QueryCommand)).toHaveLength(1);
    found.push(id?.S);
  }
  expect(found).toEqual(['item 0', 'item 2', 'item 3']);
});

it('a table waits with backoff before it sends unprocessed entries again, if no pause is given', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const Keys = [{ id: { S: 'k0' } }];
  dynamodb
    .on(BatchGetItemCommand)
    .resolvesOnce({ UnprocessedKeys: { t: { Keys } } })
    .resolves({ Responses: { t: Keys } });
  const reading = getItems(openTable({ client, table_name: 't' }), ['k0'], { key_name: 'id' });
  await vi.advanceTimersByTimeAsync(49);
  expect(dynamodb.calls()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect((await reading).items).toHaveLength(1);
  vi.restoreAllMocks();
});
