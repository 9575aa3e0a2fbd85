import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createVerdictCache } from '../../../aws/dynamodb/verdict-cache.ts';
import type { Verdict } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';

const dynamodb = mockClient(DynamoDBClient);
const NOW_SECONDS = Date.UTC(2026, 10, 23) / 1_000;
const cache = createVerdictCache({
  client: dynamodb as unknown as DynamoDBClient,
  ...{ table_name: 'verdicts', ttl_seconds: 60, pause: skipPause },
  now: () => NOW_SECONDS * 1_000 + 999,
});
const verdict: Verdict = {
  sentiment: 'MIXED',
  scores: { positive: 0.25, negative: 0.25, neutral: 0, mixed: 0.5 },
  chunks: 2,
};
const rowOf = (fingerprint: string, fields: object = {}) =>
  marshall({ fingerprint, verdict, schema_version: 1, expires_at: NOW_SECONDS + 1, ...fields });

beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(BatchWriteItemCommand).resolves({ UnprocessedItems: {} });
});

it('a verdict is stored under its fingerprint, with its version and its time of expiry', async () => {
  await cache.put(new Map([['f', verdict]]));
  const [call] = dynamodb.commandCalls(BatchWriteItemCommand);
  const [put, ...others] = call!.args[0].input.RequestItems!.verdicts!;
  expect(others).toEqual([]);
  expect(unmarshall(put!.PutRequest!.Item!)).toEqual({
    ...{ fingerprint: 'f', verdict, schema_version: 1, expires_at: NOW_SECONDS + 60 },
  });
});

it('a verdict is found until its second of expiry, and rows of another form are counted as unreadable', async () => {
  dynamodb.on(BatchGetItemCommand).resolves({
    Responses: {
      verdicts: [
        rowOf('fresh'),
        rowOf('expired', { expires_at: NOW_SECONDS }),
        rowOf('later', { schema_version: 2 }),
        rowOf('broken', { verdict: { ...verdict, chunks: 0 } }),
      ],
    },
  });
  const asked = ['fresh', 'expired', 'later', 'broken', 'missing', 'fresh'];
  expect(await cache.get(asked)).toEqual({ found: new Map([['fresh', verdict]]), unreadable: 2 });
  const [call] = dynamodb.commandCalls(BatchGetItemCommand);
  expect(call?.args[0].input.RequestItems).toEqual({
    verdicts: { Keys: [...new Set(asked)].map((S) => ({ fingerprint: { S } })) },
  });
});

it('verdicts that could not be read come as an error beside those that could', async () => {
  dynamodb.on(BatchGetItemCommand).resolves({
    Responses: { verdicts: [rowOf('a')] },
    UnprocessedKeys: { verdicts: { Keys: [{ fingerprint: { S: 'b' } }] } },
  });
  expect(await cache.get(['a', 'b'])).toMatchObject({
    found: new Map([['a', verdict]]),
    unreadable: 0,
    error: { service: 'dynamodb', code: 'UnprocessedKeys', retryable: true, throttled: true },
  });
});

it('a verdict that is not stored is an error, after the others were stored', async () => {
  dynamodb.on(BatchWriteItemCommand).callsFake(({ RequestItems }) => ({
    UnprocessedItems: {
      verdicts: RequestItems.verdicts.filter(
        ({ PutRequest }: { PutRequest: { Item: { fingerprint: { S: string } } } }) =>
          PutRequest.Item.fingerprint.S === 'b',
      ),
    },
  }));
  await expect(
    cache.put(new Map(['a', 'b', 'c'].map((fingerprint) => [fingerprint, verdict]))),
  ).rejects.toMatchObject({ service: 'dynamodb', code: 'UnprocessedItems', retryable: true });
  const sizes = dynamodb
    .commandCalls(BatchWriteItemCommand)
    .map(({ args }) => args[0].input.RequestItems?.verdicts?.length);
  expect(sizes).toEqual([3, 1, 1, 1, 1]);
});
