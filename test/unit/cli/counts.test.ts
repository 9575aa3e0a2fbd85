import {
  DynamoDBClient,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { itemOf } from '../../../aws/dynamodb/attribute.ts';
import { countsCommand } from '../../../cli/commands/counts.ts';
import { countedRow } from '../../support/changes.ts';
import { failAudit, runCommand } from '../../support/cli.ts';

vi.mock('../../../lib/sleep.ts', () => ({ sleep: async () => undefined }));

const dynamodb = mockClient(DynamoDBClient);
const time = new Date(Date.now() - 10 * 86_400_000).toISOString();
const day = time.slice(0, 10);
beforeEach(() => {
  dynamodb.reset();
  const row = countedRow({ created_at: time, arrived_at: time, first_created_at: time });
  const tables = { TableName: 'results' };
  const next = { record_key: { S: 'a' } };
  dynamodb
    .on(ScanCommand, tables)
    .resolvesOnce({ Items: [itemOf(row)], LastEvaluatedKey: next })
    .resolves({ Items: [] });
  dynamodb.on(ScanCommand, { TableName: 'counts' }).resolves({ Items: [] });
  dynamodb.on(QueryCommand, { TableName: 'counts' }).resolves({ Items: [] });
  dynamodb.on(UpdateItemCommand).resolves({});
});

it('aurastream counts check says what the counts lack, and fails', async () => {
  const { stdout, exit_code } = await runCommand(countsCommand(), 'check', '--day', day);
  expect(stdout).toMatch(/^6 counts were wrong:\n {2}acme#created_at#quarter_hour#/);
  expect(stdout).toContain('lacks {"n.en.pos":1,"cache.miss":1,');
  expect(exit_code).toBe(1);
  expect(dynamodb.commandCalls(ScanCommand)).toHaveLength(3);
  expect(dynamodb.commandCalls(UpdateItemCommand)).toEqual([]);
});

it('aurastream counts rebuild writes what the counts lack', async () => {
  const ran = await runCommand(countsCommand(), 'rebuild', '--day', day, '--json');
  const answer = JSON.parse(ran.stdout) as { differences: object[] };
  expect(answer).toMatchObject({ day, buckets: 6 });
  expect(answer.differences).toContainEqual({
    partition: `acme#arrived_at#day#${day.slice(0, 4)}`,
    bucket: `${day}#app`,
    lacks: expect.objectContaining({ 'n.en.pos': 1, 'units.billed': 3 }),
  });
  expect(ran.exit_code).toBe(undefined);
  const written = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
  expect(written).toHaveLength(1 + 6 + 1);
  expect(written[0]).toMatchObject({ TableName: 'counts' });
});

it('aurastream counts check of equal counts says so', async () => {
  dynamodb.on(ScanCommand).resolves({ Items: [] });
  const { stdout, exit_code } = await runCommand(countsCommand(), 'check', '--day', day);
  expect([stdout, exit_code]).toEqual(['The counts equal the recount.', undefined]);
});

it('a day that has just changed is not compared', async () => {
  const bucket = { S: `${day}#app#shard-1` };
  const Items = [{ bucket, changed_at: { N: String(Date.now()) } }];
  dynamodb.on(QueryCommand, { TableName: 'counts' }).resolves({ Items });
  const { error } = await runCommand(countsCommand(), 'rebuild', '--day', day);
  expect(error?.message).toContain('Try again when the day has been quiet for a minute.');
});

it.each([
  ['2026-13-01', 'expected a date'],
  ['2026-02-30', 'expected a date'],
  ['today', 'expected a date'],
  ['2026-01-01', 'more than 89 days ago'],
])('aurastream counts check --day %s is refused', async (value, reason) => {
  const { error } = await runCommand(countsCommand(), 'check', '--day', value);
  expect(error?.message).toContain(reason);
});

it('aurastream counts rebuild is in the audit trail before it writes, and writes nothing without it', async () => {
  failAudit();
  const { error } = await runCommand(countsCommand(), 'rebuild', '--day', day);
  expect(error?.message).toContain('Nothing was done: the act rebuild_counts');
  expect(dynamodb.commandCalls(UpdateItemCommand)).toEqual([]);
  const { audited } = await runCommand(countsCommand(), 'rebuild', '--day', day);
  expect(audited).toMatchObject([
    { phase: 'begun', act: 'rebuild_counts', selectors: { day } },
    { phase: 'ended', outcome: 'done', counts: { buckets: 6 } },
  ]);
  expect((await runCommand(countsCommand(), 'check', '--day', day)).audited).toEqual([]);
});
