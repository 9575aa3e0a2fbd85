import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { replayCommand } from '../../../cli/commands/replay.ts';
import type { Result } from '../../../schemas/index.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { aResult, rowFor } from '../../support/results.ts';

const pauses: number[] = [];
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: async (milliseconds: number) => {
    pauses.push(milliseconds);
    vi.setSystemTime(Date.now() + milliseconds);
  },
}));

const s3 = mockClient(S3Client);
const kinesis = mockClient(KinesisClient);
const dynamodb = mockClient(DynamoDBClient);
const FOLDER = 'results_raw/2026/11/23/10/';
let lines: Result[];
let published: Record<string, unknown>[];
let is_refusing: boolean;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 24) });
  pauses.length = 0;
  lines = [];
  published = [];
  is_refusing = false;
  for (const mock of [s3, kinesis, dynamodb]) mock.reset();
  s3.on(ListObjectsV2Command).callsFake(({ Bucket, Prefix }) => {
    expect(Bucket).toBe('lake');
    return { Contents: Prefix === FOLDER ? [{ Key: `${FOLDER}1.gz` }] : [] };
  });
  s3.on(GetObjectCommand).callsFake(() => {
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    return { Body: Readable.from([gzipSync(text)]) };
  });
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
    expect(Object.keys(RequestItems)).toEqual(['results']);
    return { Responses: { results: lines.map((line) => rowFor(line)) } };
  });
  kinesis.on(PutRecordsCommand).callsFake(({ StreamName, Records }) => {
    expect(StreamName).toBe('bulk-stream');
    if (is_refusing) {
      const invalid = { name: 'InvalidArgumentException', $metadata: { httpStatusCode: 400 } };
      throw Object.assign(new Error('no'), invalid);
    }
    for (const { Data } of Records) published.push(JSON.parse(Buffer.from(Data).toString()));
    return { Records: Records.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
});
afterEach(() => void vi.useRealTimers());

const old = (record_id: string, fields: Partial<Result> = {}) =>
  aResult({ record_id, arrived_at: '2026-11-23T10:30:00.000Z', ...VERSION('old'), ...fields });
const VERSION = (version: string, name = 'comprehend') => ({ analyzer: { name, version } });
const many = (count: number) => Array.from({ length: count }, (_, i) => old(`r${i}`));
const replay = (...words: string[]) =>
  runCommand(replayCommand(), '--from', '2026-11-23', ...words);

it('replay publishes the records of the time up to now, says so, and exits with 0', async () => {
  lines = [old('a'), old('b', { text: undefined })];
  const { stdout, exit_code } = await replay();
  expect(stdout).toBe(
    '1 records are being analysed again; 0 are up to date.\n1 were kept without their text.',
  );
  expect(exit_code).toBeUndefined();
  expect(published).toMatchObject([
    { record_id: 'a', analysis_run: Date.UTC(2026, 10, 24) / 1_000 },
  ]);
});

it('replay skips results of the deployed analyzer and version, or of the version that is named', async () => {
  lines = [
    old('deployed', VERSION('2026-11-23')),
    old('named', VERSION('v9')),
    old('other', VERSION('2026-11-23', 'another')),
  ];
  const idsOf = () => published.splice(0).map(({ record_id }) => record_id);
  expect((await replay()).stdout).toContain(
    '2 records are being analysed again; 1 are up to date.',
  );
  expect(idsOf()).toEqual(['named', 'other']);
  await replay('--analyzer', 'v9');
  expect(idsOf()).toEqual(['deployed', 'other']);
});

it('replay --to and --source leave out the records of other times and sources', async () => {
  lines = [
    old('early'),
    old('late', { arrived_at: '2026-11-23T11:00:00.000Z' }),
    old('other', { source: 'another' }),
  ];
  await replay('--to', '2026-11-23T11:00:00Z', '--source', 'app_reviews');
  expect(published.map(({ record_id }) => record_id)).toEqual(['early']);
});

it('replay --dry-run counts the records, and publishes none', async () => {
  lines = many(3);
  const { stdout } = await replay('--dry-run');
  expect(stdout).toBe('3 records would be analysed again; 0 are up to date.');
  expect(kinesis.calls()).toHaveLength(0);
});

it('replay exits with 2 if some records could not be published, and counts them', async () => {
  lines = many(2);
  is_refusing = true;
  const { stdout, exit_code } = await replay();
  expect(stdout).toBe(
    '0 records are being analysed again; 0 are up to date.\n2 could not be published. Run it again.',
  );
  expect(exit_code).toBe(2);
  const { stdout: line } = await replay('--json');
  expect(JSON.parse(line)).toMatchObject({ lines: 2, replayed: 0, failed: 2 });
});

it('replay says how far it is, with the hour of the lake that it reads', async () => {
  lines = many(300);
  expect((await replay()).stderr).toMatch(/\d+ of \d+ lines replayed, at 2026-11-23T10:00Z\n/);
});

it.each([
  ['a quarter of 10 calls of 25 documents per second by default', [], 100 / (0.25 * 10 * 25)],
  ['the share that is named', ['--share', '1'], 100 / (10 * 25)],
  ['the least share', ['--share', '0.01'], 100 / (0.01 * 10 * 25)],
  ['the quota that is named', ['--quota', '100'], 100 / (0.25 * 100 * 25)],
])('replay paces itself by %s', async (_, words, seconds) => {
  lines = many(300);
  await replay(...words);
  expect(published).toHaveLength(300);
  // The second and the third step of 100 records each wait for the step before them.
  expect(pauses.map((pause) => Math.round(pause))).toEqual([seconds * 1_000, seconds * 1_000]);
});

it.each([
  ['--share', 'all', 'Use a number from 0.01 to 1.'],
  ['--quota', '0', 'Write a number from 0.1 to 1000000.'],
  ['--quota', 'much', 'Write a number from 0.1 to 1000000.'],
  ['--to', 'today', 'Use ISO 8601: 2026-11-23 or 2026-11-23T10:00:00Z.'],
  ['--source', 'No Slug', 'Use 1 to 64 of a-z'],
])('replay refuses %s %s before it reads anything', async (option, value, advice) => {
  const { error } = await replay(option, value);
  expect(error?.message).toContain(advice);
  expect(s3.calls()).toHaveLength(0);
});

it('replay needs the time from which it shall start', async () => {
  const { error } = await runCommand(replayCommand());
  expect(error?.message).toContain("required option '--from <time>'");
});

it('a replay is in the audit trail before it publishes; without the trail it publishes nothing', async () => {
  lines = [old('a')];
  const { audited } = await replay('--source', 'app_reviews');
  expect(audited).toMatchObject([
    {
      ...{ phase: 'begun', act: 'replay' },
      selectors: { from: '2026-11-23T00:00:00.000Z', source: 'app_reviews' },
    },
    { phase: 'ended', outcome: 'done', counts: { failed: 0 } },
  ]);
  published.length = 0;
  failAudit();
  expect((await replay()).error?.message).toContain('Nothing was done: the act replay');
  expect(published).toEqual([]);
  expect((await replay('--dry-run')).audited).toEqual([]);
});
