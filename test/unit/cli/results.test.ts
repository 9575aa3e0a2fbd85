import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { SOURCE_SHARDS } from '../../../aws/dynamodb/results/row.ts';
import { resultsCommand } from '../../../cli/commands/results.ts';
import type { HistoryVersion, Result } from '../../../schemas/index.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { aResult, asStored, rowFor } from '../../support/results.ts';
import { aVersion } from '../../support/versions.ts';

const dynamodb = mockClient(DynamoDBClient);
let rows: ReturnType<typeof rowFor>[];

beforeEach(() => {
  dynamodb.reset();
  rows = [];
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues, Limit }) => {
    const { ':key': key, ':from': from, ':to': to } = ExpressionAttributeValues;
    const found = rows
      .filter(({ listing_key }) => listing_key?.S === key.S)
      .filter(({ created_sort }) => created_sort!.S! >= from.S && created_sort!.S! <= to.S)
      .sort((a, b) => (a.created_sort!.S! < b.created_sort!.S! ? 1 : -1));
    const after = found.slice(Limit).length > 0;
    return {
      Items: found.slice(0, Limit),
      ...(after ? { LastEvaluatedKey: found[Limit - 1] } : {}),
    };
  });
});

const results = (...words: string[]) => runCommand(resultsCommand(), ...words);
const putResults = (count: number, fields: (i: number) => Partial<Result> = () => ({})) => {
  const minutes = (i: number) => new Date(Date.UTC(2026, 10, 23) + i * 60_000).toISOString();
  const some = Array.from({ length: count }, (_, i) =>
    aResult({ record_id: `r${i}`, created_at: minutes(i), ...fields(i) }),
  );
  rows.push(...some.map((one) => rowFor(one)));
  return some;
};
const idsOf = (stdout: string) =>
  (JSON.parse(stdout) as Result[]).map(({ record_id }) => record_id);
const newestFirst = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `r${to - 1 - i}`);

it('results get prints the result of a record of the tenant, on one line with --json', async () => {
  const result = aResult({ tenant: 'acme', source: 'tour', record_id: 'r1' });
  dynamodb
    .on(GetItemCommand, { TableName: 'results', Key: { record_key: { S: 'acme#tour#r1' } } })
    .resolves({ Item: rowFor(result) });
  const { stdout } = await results('get', 'tour', 'r1', '--tenant', 'acme');
  expect(JSON.parse(stdout)).toEqual(asStored(result));
  expect(stdout.split('\n').length).toBeGreaterThan(10);
  const line = (await results('get', 'tour', 'r1', '--tenant', 'acme', '--json')).stdout;
  expect(line).toBe(JSON.stringify(JSON.parse(stdout)));
});

it('results get without --tenant asks for the tenant default, and says where a record may be that it does not find', async () => {
  dynamodb.on(GetItemCommand).resolves({});
  const { error } = await results('get', 'tour', 'r1');
  expect(error?.message).toMatch(
    /^There is no result for r1 of the source tour\.\n.*`aurastream set-aside list`.*--tenant\.$/,
  );
  expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input.Key).toEqual({
    record_key: { S: 'default#tour#r1' },
  });
});

/** Lets the record have a row and some versions before, the newest of which has the revision 99. */
function putVersions(count: number, row: Partial<Result> = {}): void {
  const current = aResult({
    tenant: 'acme',
    source: 'tour',
    record_id: 'r1',
    revision: 100,
    ...row,
  });
  dynamodb.on(GetItemCommand, { TableName: 'results' }).resolves({ Item: rowFor(current) });
  const Items = Array.from({ length: count }, (_, i) =>
    marshall(
      { ...aVersion({ revision: 99 - i, run_id: `run_${i}` }), expires_at: 4_102_444_800 },
      { removeUndefinedValues: true },
    ),
  );
  dynamodb
    .on(QueryCommand, { TableName: 'history' })
    .callsFake(({ ExpressionAttributeValues: values, Limit }) => {
      expect(values[':key']).toEqual({ S: 'acme#tour#r1' });
      const before = Number(values[':before'].S);
      return {
        Items: Items.filter(({ revision }) => Number(revision?.N) < before).slice(0, Limit),
      };
    });
}

it('results history prints the versions of a record and their runs, the newest first', async () => {
  putVersions(2, { status: 'withdrawn', sentiment: undefined, score: undefined });
  const { stdout } = await results('history', 'tour', 'r1', '--tenant', 'acme');
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(
    /^arrived_at +record_version +status +sentiment +score +analyzer +processed_at +run_id$/,
  );
  expect(lines[1]).toMatch(/Z +0 +withdrawn +- +- +comprehend 2026-11-23 +2026/);
  expect(lines[2]).toMatch(/Z +0 +analyzed +POSITIVE +0\.900 .* run_0$/);
});

it('results history --json has up to --limit versions, in as many pages as it takes', async () => {
  putVersions(90);
  const history = async (...words: string[]) => {
    const { stdout } = await results(
      'history',
      'tour',
      'r1',
      '--tenant',
      'acme',
      '--json',
      ...words,
    );
    return (JSON.parse(stdout) as HistoryVersion[]).map(({ revision }) => revision);
  };
  const newest = Array.from({ length: 91 }, (_, i) => 100 - i);
  expect(await history()).toEqual(newest.slice(0, 50));
  expect(await history('--limit', '1')).toEqual([100]);
  expect(await history('--limit', '500')).toEqual(newest);
});

it('results history says where a record may be that it does not find', async () => {
  dynamodb.on(GetItemCommand).resolves({});
  const { error } = await results('history', 'tour', 'r1');
  expect(error?.message).toMatch(/^There is no result for r1 of the source tour\.\n/);
});

it('results list has the 50 newest results of the source and the tenant, newest first', async () => {
  putResults(60, () => ({ tenant: 'acme' }));
  const { stdout } = await results('list', '--source', 'app_reviews', '--tenant', 'acme', '--json');
  expect(idsOf(stdout)).toEqual(newestFirst(10, 60));
  const input = dynamodb.commandCalls(QueryCommand)[0]!.args[0].input;
  expect(input.TableName).toBe('results');
  const { stdout: none } = await results('list', '--source', 'app_reviews', '--json');
  expect(JSON.parse(none)).toEqual([]);
});

it('results list --limit reads as many pages as it takes, of at most 100 results each', async () => {
  putResults(260);
  const { stdout } = await results('list', '--source', 'app_reviews', '--limit', '250', '--json');
  expect(idsOf(stdout)).toEqual(newestFirst(10, 260));
  const limits = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input.Limit!);
  // A page of 100 results takes 1.5 times the share of each partition, and one more.
  expect(Math.max(...limits)).toBeLessThanOrEqual(Math.ceil((100 / SOURCE_SHARDS) * 1.5 + 2.5));
});

it('results list --from and --to take a day as its start in UTC, or a time in any zone', async () => {
  putResults(2_000);
  const list = async (...words: string[]) =>
    idsOf((await results('list', '--source', 'app_reviews', '--json', ...words)).stdout);
  expect(await list('--from', '2026-11-24', '--to', '2026-11-24T01:02:00+01:00')).toEqual(
    newestFirst(1_440, 1_442),
  );
  expect(await list('--to', '2026-11-23T00:03:00Z')).toEqual(newestFirst(0, 3));
  expect(await list('--from', '2026-11-24T09:18:00Z')).toEqual(newestFirst(1_998, 2_000));
});

it('results list prints a table with the time, id, status, sentiment, score and language', async () => {
  putResults(1, () => ({ score: 0.91234 }));
  const { stdout } = await results('list', '--source', 'app_reviews');
  expect((await results('list')).stdout).toMatch(/created_at +source +record_id +status/);
  expect(stdout).toMatch(/created_at +record_id +status +sentiment +score +language_code/);
  expect(stdout).toMatch(/2026-11-23T00:00:00\.000Z +r0 +analyzed +POSITIVE +0\.912 +en/);
});

it('results list leaves the choice of results to the table, and adds texts with --text', async () => {
  const [result] = putResults(1, () => ({ text: 'I love my cat' }));
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [rowFor(result!)] } });
  const chosen = ['--sentiment', 'POSITIVE', '--language', 'en', '--status', 'analyzed'];
  const { stdout } = await results('list', '--source', 'app_reviews', ...chosen, '--text');
  expect(stdout).toMatch(/language_code +text\n.*en +I love my cat$/);
  const { IndexName, ExpressionAttributeValues } =
    dynamodb.commandCalls(QueryCommand)[0]!.args[0].input;
  expect(IndexName).toBe('by_created');
  expect(ExpressionAttributeValues).toMatchObject({
    ...{ ':source': { S: 'app_reviews' }, ':sentiment': { S: 'POSITIVE' } },
    ...{ ':language_code': { S: 'en' }, ':status': { S: 'analyzed' } },
  });
});

it('results list goes by arrival with --order, and lists withdrawn records with --withdrawn', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  await results('list', '--order', 'arrived_at', '--withdrawn', '--json');
  const inputs = dynamodb.commandCalls(QueryCommand).map(({ args }) => args[0].input);
  expect(inputs).toHaveLength(32);
  expect(inputs[0]!.IndexName).toBe('by_arrival');
  expect(inputs[0]!.FilterExpression).toBe('#expires_at > :now');
});

it.each([
  ['--source', 'No', 'Use 1 to 64 of a-z, 0-9, _ and -.'],
  ['--sentiment', 'HAPPY', 'Allowed choices are POSITIVE, NEGATIVE, NEUTRAL, MIXED.'],
  ['--language', 'english', 'Use a language code such as en or zh-TW.'],
  ['--limit', '0', 'Use 1 or more.'],
  ['--limit', '1.5', 'Use 1 or more.'],
  ['--limit', 'many', 'Use 1 or more.'],
  ['--from', 'yesterday', 'Use 2026-11-23 or 2026-11-23T10:00:00Z.'],
  ['--to', '2026-11-23T10:00', 'Use 2026-11-23 or 2026-11-23T10:00:00Z.'],
])('results list refuses %s %s and says what to write', async (option, value, advice) => {
  const { error } = await results('list', option, value);
  expect(error?.message).toContain(advice);
  expect(dynamodb.calls()).toHaveLength(0);
});

it('a read of texts by results is in the audit trail with the HMAC of the record, and is refused without it', async () => {
  const [result] = putResults(1, () => ({ text: 'I love my cat' }));
  dynamodb.on(GetItemCommand).resolves({ Item: rowFor(result!) });
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { results: [rowFor(result!)] } });
  const { audited } = await results('get', 'app_reviews', 'ann@example.com');
  expect(audited).toMatchObject([
    {
      ...{ act: 'read_result', tenant: 'default' },
      selectors: { source: 'app_reviews', record_id_hmac: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
    { outcome: 'done' },
  ]);
  expect(JSON.stringify(audited)).not.toMatch(/ann@|cat/);
  const source = ['--source', 'app_reviews'];
  expect((await results('list', ...source)).audited).toEqual([]);
  expect((await results('list', ...source, '--text')).audited).toMatchObject([
    { act: 'list_results', selectors: { source: 'app_reviews' } },
    { counts: { results: 1 } },
  ]);
  failAudit();
  const { error, stdout } = await results('list', ...source, '--text');
  expect(error?.message).toContain('Nothing was done: the act list_results');
  expect(stdout).toBe('');
});
