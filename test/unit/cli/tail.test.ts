import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import type { ResultsReader } from '../../../api/ports.ts';
import { followResults } from '../../../cli/commands/follow-results.ts';
import { tailCommand } from '../../../cli/commands/tail.ts';
import { type Result, recordKey } from '../../../schemas/index.ts';
import { createFakeReader } from '../../fakes/results-reader.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { aResult, rowFor } from '../../support/results.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();
const arrival = (record_id: string, seconds: number, fields: Partial<Result> = {}) =>
  aResult({ record_id, arrived_at: at(seconds), ...fields });

/**
 * Follows the results of a table to which each poll finds some more results added.
 *
 * @returns the ids of the results, by the poll that found them.
 */
async function follow(polls: Result[][], lines = 10, query = {}): Promise<string[][]> {
  const { results, rows } = createFakeReader();
  const found: string[][] = [[]];
  let poll = 0;
  const add = () => polls[poll]?.forEach((result) => void rows.set(recordKey(result), result));
  add();
  const following = followResults(results as ResultsReader, {
    query: { tenant: 'default', ...query },
    lines,
    now: () => NOW,
    async pause() {
      poll += 1;
      if (poll === polls.length) throw new Error('stopped');
      found.push([]);
      add();
    },
  });
  await expect(async () => {
    for await (const { record_id } of following) found.at(-1)!.push(record_id);
  }).rejects.toThrow('stopped');
  return found;
}

it('tail has the newest results first, then each new one once, oldest arrival first', async () => {
  const first = [arrival('a', -3), arrival('b', -2), arrival('c', -1)];
  const found = await follow([first, [arrival('e', 2), arrival('d', 1)], [], [arrival('f', 3)]], 2);
  expect(found).toEqual([['b', 'c'], ['d', 'e'], [], ['f']]);
});

it('tail shows a result that becomes visible after later arrivals, up to 30 seconds', async () => {
  const found = await follow([
    [arrival('a', -60)],
    [arrival('z', 40)],
    [arrival('late', 11)],
    [arrival('lost', 9)],
  ]);
  expect(found).toEqual([['a'], ['z'], ['late'], []]);
});

it('tail shows only what comes after its first results, also of the same millisecond', async () => {
  const same = ['a', 'b', 'c', 'd'].map((record_id) => arrival(record_id, -1));
  expect(await follow([same, [arrival('e', 1)]], 2)).toEqual([['c', 'd'], ['e']]);
  expect(await follow([same, [arrival('e', 1)]], 0)).toEqual([[], ['e']]);
});

it('tail shows another version of a record as another result', async () => {
  const found = await follow([[arrival('a', 1)], [arrival('a', 2)]]);
  expect(found).toEqual([['a'], ['a']]);
});

it('tail has more new results than a page, and only those of its query', async () => {
  const many = Array.from({ length: 250 }, (_, i) =>
    arrival(`r${i}`, i / 100, { sentiment: i % 2 === 0 ? 'NEGATIVE' : 'POSITIVE' }),
  );
  const found = await follow([[], many], 10, { sentiment: 'NEGATIVE' });
  expect(found[1]).toEqual(many.filter((_, i) => i % 2 === 0).map(({ record_id }) => record_id));
});

const dynamodb = mockClient(DynamoDBClient);
beforeEach(() => {
  dynamodb.reset();
  const row = rowFor(
    arrival('r1', 0, { sentiment: 'NEGATIVE', text: `bad\u001b[31m${'x'.repeat(200)}` }),
  );
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => ({
    Items: ExpressionAttributeValues[':key'].S === row.listing_key!.S ? [row] : [],
  }));
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [row] } });
});

/** Runs tail until Ctrl-C after some milliseconds. */
const tail = (...words: string[]) =>
  runCommand(
    tailCommand(() => AbortSignal.timeout(300)),
    ...['--interval', '0.1', ...words],
  );

it('tail prints a line with time, sentiment, source, id and the start of the text, and ends without an error at Ctrl-C', async () => {
  const { stdout, error } = await tail('--sentiment', 'NEGATIVE', '--source', 'app_reviews');
  expect(error).toBeUndefined();
  expect(stdout).toBe(`${at(0)}  NEGATIVE  app_reviews/r1  bad [31m${'x'.repeat(92)}…`);
  const { ExpressionAttributeValues, IndexName } =
    dynamodb.commandCalls(QueryCommand)[0]!.args[0].input;
  expect(IndexName).toBe('by_arrival');
  expect(ExpressionAttributeValues).toMatchObject({
    ...{ ':sentiment': { S: 'NEGATIVE' }, ':source': { S: 'app_reviews' } },
  });
});

it('tail prints a line of JSON per result with --json', async () => {
  const { stdout } = await tail('--json');
  expect(stdout.split('\n').map((line) => JSON.parse(line))).toMatchObject([
    { record_id: 'r1', sentiment: 'NEGATIVE' },
  ]);
});

it('tail reports an error of the table', async () => {
  dynamodb.on(QueryCommand).rejects(new Error('no table'));
  expect((await tail()).error).toMatchObject({ name: 'ServiceError', service: 'dynamodb' });
});

it('tail is in the audit trail from its beginning to Ctrl-C, and prints nothing without the trail', async () => {
  expect((await tail('--source', 'app_reviews')).audited).toMatchObject([
    { phase: 'begun', act: 'tail_results', selectors: { source: 'app_reviews' } },
    { phase: 'ended', outcome: 'done', counts: { results: 1 } },
  ]);
  failAudit();
  expect((await tail()).stdout).toBe('');
});
