import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { createVerdictCache } from '../../../aws/dynamodb/verdict-cache.ts';
import type { Verdict } from '../../../schemas/index.ts';
import { awsStub, type StubCall, type StubReply } from './aws-stub.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const NOW = 1_800_000_000_000;
const verdict: Verdict = {
  sentiment: 'MIXED',
  scores: { positive: 0.3, negative: 0.3, neutral: 0, mixed: 0.4 },
  chunks: 1,
};
const row = (fingerprint: string, expires_at = NOW / 1_000 + 60) =>
  marshall({ fingerprint, verdict, schema_version: 1, expires_at });
const names = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);

/**
 * Creates a verdict cache that calls a stub of DynamoDB. The array `calls` lists the calls that the
 * stub received.
 */
async function cacheOver(reply: (call: StubCall, nth: number) => StubReply) {
  const stub = await awsStub(reply);
  const client = new DynamoDBClient(stub.config);
  closing.push(async () => client.destroy(), stub.close);
  const pauses: number[] = [];
  const cache = createVerdictCache({
    client,
    table_name: 'cache',
    ttl_seconds: 3_600,
    now: () => NOW,
    pause: async (round) => void pauses.push(round),
  });
  return { cache, calls: stub.calls, pauses };
}

type Key = { fingerprint: { S: string } };
type Put = { PutRequest: { Item: Key } };
function keysOf(call: StubCall): Key[] {
  return (call.body.RequestItems as { cache: { Keys: Key[] } }).cache.Keys;
}
function putsOf(call: StubCall): Put[] {
  return (call.body.RequestItems as { cache: Put[] }).cache;
}
function answerWith(keys: Key[], unprocessed: Key[] = []): StubReply {
  const UnprocessedKeys = unprocessed.length === 0 ? {} : { cache: { Keys: unprocessed } };
  return {
    body: { Responses: { cache: keys.map((key) => row(key.fingerprint.S)) }, UnprocessedKeys },
  };
}

it('The verdict cache reads at most 100 distinct keys per call', async () => {
  const { cache, calls } = await cacheOver((call) => answerWith(keysOf(call)));
  const read = await cache.get([...names(250), ...names(250)]);
  expect(calls.map((call) => keysOf(call).length).sort()).toEqual([100, 100, 50]);
  expect(read.found.size).toBe(250);
  expect(read.error).toBeUndefined();
});

it('The verdict cache reads only unprocessed keys again, after a pause', async () => {
  const { cache, calls, pauses } = await cacheOver((call, nth) => {
    const keys = keysOf(call);
    return nth < 3 ? answerWith(keys.slice(0, 10), keys.slice(10)) : answerWith(keys);
  });
  expect((await cache.get(names(40))).found.size).toBe(40);
  expect(calls.map((call) => keysOf(call).length)).toEqual([40, 30, 20]);
  expect(pauses).toEqual([1, 2]);
});

it('The verdict cache returns the verdicts that it read if other keys stay unprocessed, and reports those', async () => {
  const { cache, calls } = await cacheOver((call, nth) =>
    nth === 1
      ? answerWith(keysOf(call).slice(1), keysOf(call).slice(0, 1))
      : answerWith([], keysOf(call)),
  );
  const read = await cache.get(names(10));
  expect(read.found.size).toBe(9);
  expect(read.error).toMatchObject({ code: 'UnprocessedKeys', retryable: true, throttled: true });
  expect(calls.length).toBe(5);
});

it('The verdict cache returns the verdicts of one call if another fails', async () => {
  const { cache } = await cacheOver((call) =>
    keysOf(call).length === 100
      ? answerWith(keysOf(call))
      : { status: 500, body: { __type: 'InternalServerError' } },
  );
  const read = await cache.get(names(101));
  expect(read.found.size).toBe(100);
  expect(read.error).toMatchObject({ service: 'dynamodb', code: 'InternalServerError' });
});

it('The verdict cache treats expired rows as misses, and counts rows that do not parse', async () => {
  const rows = [
    row('fresh'),
    row('expired', NOW / 1_000),
    marshall({ fingerprint: 'from the future', verdict, schema_version: 2, expires_at: 1e12 }),
    marshall({ fingerprint: 'half', verdict: { sentiment: 'MIXED' }, schema_version: 1 }),
  ];
  const { cache } = await cacheOver(() => ({ body: { Responses: { cache: rows } } }));
  const read = await cache.get(['fresh', 'expired', 'from the future', 'half']);
  expect(read).toEqual({ found: new Map([['fresh', verdict]]), unreadable: 2 });
});

const verdicts = (count: number) => new Map(names(count).map((name) => [name, verdict]));

it('The verdict cache puts at most 25 items per call, which expire after the time to live', async () => {
  const { cache, calls } = await cacheOver(() => ({ body: { UnprocessedItems: {} } }));
  await cache.put(verdicts(60));
  expect(calls.map((call) => putsOf(call).length).sort()).toEqual([10, 25, 25]);
  expect(putsOf(calls[0]!)[0]?.PutRequest.Item).toEqual({
    fingerprint: { S: 'f0' },
    verdict: {
      M: {
        sentiment: { S: 'MIXED' },
        scores: {
          M: {
            positive: { N: '0.3' },
            negative: { N: '0.3' },
            neutral: { N: '0' },
            mixed: { N: '0.4' },
          },
        },
        chunks: { N: '1' },
      },
    },
    schema_version: { N: '1' },
    expires_at: { N: String(NOW / 1_000 + 3_600) },
  });
});

it('The verdict cache sends only unprocessed items again', async () => {
  const { cache, calls } = await cacheOver((call, nth) => ({
    body: { UnprocessedItems: nth === 1 ? { cache: putsOf(call).slice(20) } : {} },
  }));
  await cache.put(verdicts(25));
  expect(calls.map((call) => putsOf(call).length)).toEqual([25, 5]);
});

it('The verdict cache tries to put all items, and throws if some failed', async () => {
  const { cache, calls } = await cacheOver((_, nth) =>
    nth === 1 ? { status: 400, body: { __type: 'AccessDeniedException' } } : { body: {} },
  );
  await expect(cache.put(verdicts(50))).rejects.toMatchObject({
    code: 'AccessDeniedException',
    retryable: false,
  });
  expect(calls.length).toBe(2);
});
