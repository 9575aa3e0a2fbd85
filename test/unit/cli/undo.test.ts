import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import { undoCommand } from '../../../cli/commands/undo.ts';
import { hashText } from '../../../schemas/index.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { aJob } from '../../support/jobs.ts';
import { aResult, rowFor } from '../../support/results.ts';

const clock = vi.hoisted(() => ({ difference_ms: 0 }));
vi.mock('../../../aws/kinesis/clock.ts', () => ({
  measureClock: async () => clock.difference_ms,
}));

const RUN = 'run_20261127-182233-3fa9c1d0';
/** When the run was accepted. */
const STAMP = Date.UTC(2026, 10, 27);
const kinesis = mockClient(KinesisClient);
const athena = mockClient(AthenaClient);
const dynamodb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
let published: Record<string, unknown>[];
let touched: number;
/** Rows of the query that lists the changed records. */
let changed: Record<string, string | undefined>[];

const place = (record_id: string) => ({ tenant: 'default', source: 'app_reviews', record_id });
const before = (text: string | undefined) => ({
  ...{ status: 'analyzed', text, text_hash: hashText('old'), created_at: '2026-11-01T00:00:00Z' },
  attributes: '{"stars":"1"}',
});

beforeEach(() => {
  clock.difference_ms = 0;
  published = [];
  touched = 3;
  changed = [{ ...place('a'), ...before('old') }, place('b')];
  for (const client of [kinesis, athena, dynamodb, s3]) client.reset();
  kinesis.on(ListShardsCommand).resolves({ Shards: [] });
  kinesis.on(PutRecordsCommand).callsFake(({ Records }) => {
    const texts = Records.map(({ Data }: { Data: Uint8Array }) => Buffer.from(Data).toString());
    published.push(...texts.map((text: string) => JSON.parse(text)));
    return { Records: texts.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(BatchGetItemCommand).callsFake(() => ({
    Responses: {
      results: ['a', 'b'].map((record_id) =>
        rowFor(
          aResult({
            ...{ record_id, run_id: RUN, stamp: STAMP, revision: 9 },
            ...(record_id === 'a' && { replaced_revision: 4 }),
          }),
        ),
      ),
    },
    UnprocessedKeys: {},
  }));
  s3.on(ListObjectsV2Command).resolves({});
  athena.on(StartQueryExecutionCommand).callsFake(({ QueryString }) => ({
    QueryExecutionId: /changed AS/.test(QueryString)
      ? 'changed'
      : /touched/.test(QueryString)
        ? 'touched'
        : 'first',
  }));
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).callsFake(({ QueryExecutionId }) => {
    if (QueryExecutionId === 'changed') return answer(changed);
    return answer([{ records: String(touched), first: '1790000000000' }], 'bigint');
  });
});

function answer(rows: Record<string, string | undefined>[], Type = 'varchar') {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return {
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: names.map((Name) => ({ Name, Type })) },
      Rows: cells.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
    },
  };
}

const undo = (...words: string[]) => runCommand(undoCommand(), ...words);

it('undo prints what it has done, and the run with which it can be undone', async () => {
  const { stdout, exit_code } = await undo(RUN, '--yes');
  const [counts, later, run = ''] = stdout.split('\n');
  expect(counts).toBe('1 records are being restored and 1 withdrawn.');
  expect(later).toBe('1 left: they were changed later.');
  expect(run).toMatch(new RegExp(`^run run_\\S+ undoes ${RUN}$`));
  expect(exit_code).toBeUndefined();
  const [, run_id] = run.split(' ');
  expect(published).toEqual([
    {
      ...{
        ...place('a'),
        run_id,
        stamp: STAMP + 1,
        text: 'old',
        created_at: '2026-11-01T00:00:00Z',
      },
      attributes: { stars: '1' },
    },
    { ...place('b'), run_id, stamp: STAMP + 1, deleted: true },
  ]);
});

it('undo passes ids to Athena as parameters, and never as a part of the SQL', async () => {
  await undo('job_1:x', '--yes');
  for (const { args } of athena.commandCalls(StartQueryExecutionCommand)) {
    expect(args[0].input.QueryString).not.toContain('job_1');
    expect(args[0].input.ExecutionParameters).toContain("'job_1:x'");
  }
});

it('undo exits with 2 if the text of a record is no longer kept', async () => {
  changed = [{ ...place('a'), ...before(undefined) }];
  const { stdout, exit_code } = await undo(RUN, '--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ restored: 0, not_kept: 1, undone_run_id: RUN });
  expect(exit_code).toBe(2);
  expect(published).toEqual([]);
});

it('undo --dry-run counts, asks nothing and publishes nothing', async () => {
  const { stdout } = await undo(RUN, '--dry-run');
  expect(stdout).toContain('1 records would be restored and 1 withdrawn.');
  expect(stdout).not.toContain('undoes');
  expect(published).toEqual([]);
});

it.each([
  ['needs --yes without a terminal', () => undo(RUN), /3 records .* confirm with --yes/s],
  ['refuses an id that no run has', () => undo("run'1"), /no id of a run/],
])('undo %s, and publishes nothing', async (_case, run, reason) => {
  expect((await run()).error?.message).toMatch(reason);
  expect(published).toEqual([]);
});

it('undo prints its run_id before it publishes, and Ctrl-C ends it after the records in hand', async () => {
  changed = Array.from({ length: 250 }, (_, i) => place(`r-${i}`));
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({
    Responses: {
      results: RequestItems.results.Keys.map(({ record_key }: { record_key: { S: string } }) => {
        const [, , record_id = ''] = record_key.S.split('#');
        return rowFor(aResult({ record_id, run_id: RUN, stamp: STAMP, revision: 9 }));
      }),
    },
    UnprocessedKeys: {},
  }));
  const print = vi.spyOn(process.stderr, 'write');
  let printed_before: unknown[] = [];
  kinesis.on(PutRecordsCommand).callsFake(({ Records }) => {
    printed_before = vi.mocked(process.stderr.write).mock.calls.flat();
    process.emit('SIGINT');
    return { Records: Records.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
  const { stdout, exit_code } = await undo(RUN, '--yes');
  print.mockRestore();
  expect(stdout).toContain('0 records are being restored and 100 withdrawn.\nInterrupted: ');
  expect(exit_code).toBe(2);
  const run = stdout.split('\n').at(-1);
  expect(run).toMatch(/^run run_\S+ undoes /);
  expect(printed_before).toContain(`${run}\n`);
});

it('undo that is interrupted before it publishes changes nothing', async () => {
  athena.on(StartQueryExecutionCommand).callsFake(() => {
    process.emit('SIGINT');
    return { QueryExecutionId: 'first' };
  });
  const { error } = await undo(RUN, '--yes');
  expect(error?.message).toBe('The query was stopped');
  expect(published).toEqual([]);
});

it.each([
  ['PENDING', false],
  ['PROCESSING', false],
  ['COMPLETED', true],
  ['CANCELLED', true],
] as const)(
  'undo of a job that is %s is done only if the job is final: %s',
  async (status, is_done) => {
    const expires_at = Math.ceil(Date.now() / 1_000) + 3_600;
    const job = aJob({ job_id: 'job_1', status, expires_at });
    dynamodb
      .on(GetItemCommand, {
        TableName: 'jobs',
        Key: { job_id: { S: 'job_1' }, part: { S: 'job' } },
      })
      .resolves({ Item: rowOf(job) });
    for (const words of [['--yes'], ['--dry-run']]) {
      const { error } = await undo('job_1', ...words);
      if (is_done) expect(error).toBeUndefined();
      else
        expect(error?.message).toMatch(
          /job_1 is P.*: .*\nCancel it first, with aurastream job cancel/,
        );
    }
    const counts = await undo(RUN, '--dry-run');
    expect(counts.error).toBeUndefined();
    if (!is_done) expect(published).toEqual([]);
  },
);

it('undo is refused if the clock of the machine is wrong, and publishes nothing', async () => {
  clock.difference_ms = -6_000;
  const { error } = await undo(RUN, '--yes');
  expect(error?.message).toContain('The clock of this machine is 6 s behind that of AWS.');
  expect(published).toEqual([]);
});

it('undo of a run that has changed nothing is an error that says how to list the runs', async () => {
  touched = 0;
  const { error } = await undo(RUN, '--yes');
  expect(error?.message).toContain('SELECT run_id, count(*) FROM results');
});

it('an undo is in the audit trail before it publishes; without the trail it publishes nothing', async () => {
  const { audited } = await undo(RUN, '--yes');
  expect(audited).toMatchObject([
    { phase: 'begun', act: 'undo', selectors: { undone_run_id: RUN, run_id: expect.any(String) } },
    { phase: 'ended', outcome: 'done', counts: { restored: 1, withdrawn: 1, failed: 0 } },
  ]);
  published.length = 0;
  failAudit();
  expect((await undo(RUN, '--yes')).error?.message).toContain('Nothing was done: the act undo');
  expect(published).toEqual([]);
  expect((await undo(RUN, '--dry-run')).audited).toEqual([]);
});
