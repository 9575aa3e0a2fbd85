import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { createJobStore } from '../../../aws/dynamodb/jobs/store.ts';

const JOB = { job_id: 'job_1', expires_at: 1_700_000_000 };
const dynamodb = mockClient(DynamoDBClient);
const store = createJobStore({
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'jobs',
  now: () => 0,
});
/** The numbers of each item, by the name of its part. */
let sets: Map<string, Set<number>>;

beforeEach(() => {
  sets = new Map();
  dynamodb.reset();
  dynamodb.on(UpdateItemCommand).callsFake((input) => {
    const { job_id, part } = unmarshall(input.Key);
    const { ':number': added, ':expires_at': expires_at } = unmarshall(
      input.ExpressionAttributeValues,
    );
    expect({ ...input, Key: undefined, ExpressionAttributeValues: undefined }).toEqual({
      TableName: 'jobs',
      UpdateExpression: 'SET expires_at = :expires_at ADD #numbers :number',
      ExpressionAttributeNames: { '#numbers': 'numbers' },
      ReturnValues: 'ALL_NEW',
    });
    expect([job_id, expires_at]).toEqual([JOB.job_id, JOB.expires_at]);
    const numbers = new Set([...(sets.get(part) ?? []), ...added]);
    sets.set(part, numbers);
    return { Attributes: { numbers: { NS: [...numbers].map(String) } } };
  });
});

it.each([1, 2, 249, 250, 251, 500, 501, 777])(
  'of %d pages that close in any order, only the last one ends the job, and so does each repeat of it',
  async (pages) => {
    const order = fc.sample(
      fc.shuffledSubarray(
        Array.from({ length: pages }, (_, page) => page),
        { minLength: pages },
      ),
      { numRuns: 1, seed: pages },
    )[0]!;
    const ends: boolean[] = [];
    for (const page of order) ends.push(await store.addClosedPage(JOB, page, pages));
    expect(ends.indexOf(true)).toBe(pages - 1);
    for (const page of [0, pages - 1]) {
      expect(await store.addClosedPage(JOB, page, pages)).toBe(true);
    }
  },
);

it('an item holds at most 250 pages, so that an addition costs one write unit', async () => {
  const pages = 600;
  for (let page = 0; page < pages; page += 1) await store.addClosedPage(JOB, page, pages);
  const sizes = Object.fromEntries([...sets].map(([part, numbers]) => [part, numbers.size]));
  const part = `closed_pages#${JOB.expires_at}`;
  expect(sizes).toEqual({ [`${part}#0`]: 250, [`${part}#1`]: 250, [`${part}#2`]: 100, [part]: 3 });
  for (const numbers of sets.values()) expect(Math.max(...numbers)).toBeLessThan(250);
});

it('a job of one group of pages makes one call for each page that closes', async () => {
  for (let page = 0; page < 250; page += 1) await store.addClosedPage(JOB, page, 250);
  expect(dynamodb.calls()).toHaveLength(250);
});

it('an answer without the set of pages is an error that a retry may mend', async () => {
  dynamodb.on(UpdateItemCommand).resolves({});
  await expect(store.addClosedPage(JOB, 0, 1)).rejects.toMatchObject({
    code: 'MissingAttributes',
    retryable: true,
  });
});
