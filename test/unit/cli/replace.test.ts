import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ingestCommand } from '../../../cli/commands/ingest.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { aResult, rowFor } from '../../support/results.ts';

const clock = vi.hoisted(() => ({ difference_ms: 0 }));
vi.mock('../../../aws/kinesis/clock.ts', () => ({
  measureClock: async () => clock.difference_ms,
}));

const user = vi.hoisted(() => ({ answer: (): boolean => false }));
vi.mock('../../../cli/output/ask-user.ts', () => ({ askUser: async () => user.answer() }));

const kinesis = mockClient(KinesisClient);
const athena = mockClient(AthenaClient);
const dynamodb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
let folder: string;
let published: Record<string, unknown>[];
let lake_ids: string[];
/** Records whose rows are no longer in the results table. */
let expired_ids: string[];
/** Records whose rows are withdrawn, while the lake still has their texts. */
let withdrawn_ids: string[];
/** Is called once, when the first request comes. */
let onRequest: (() => void) | undefined;
/** Is called once, when the first withdrawal comes. */
let onWithdrawal: (() => void) | undefined;

/** Creates a fake that sends SIGINT to the command and returns an answer. */
const interrupt =
  <Answer>(answer: Answer) =>
  () => {
    process.emit('SIGINT');
    return answer;
  };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-replace-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  clock.difference_ms = 0;
  user.answer = () => false;
  published = [];
  onRequest = undefined;
  onWithdrawal = undefined;
  expired_ids = [];
  withdrawn_ids = [];
  lake_ids = ['1', '2', '3', '4', '5', 'old'];
  for (const client of [kinesis, athena, dynamodb, s3]) client.reset();
  kinesis.on(ListShardsCommand).resolves({ Shards: [] });
  kinesis.on(PutRecordsCommand).callsFake(({ Records }) => {
    onRequest?.();
    onRequest = undefined;
    const texts = Records.map(({ Data }: { Data: Uint8Array }) => Buffer.from(Data).toString());
    published.push(...texts.map((text: string) => JSON.parse(text)));
    if (published.at(-1)?.deleted) {
      onWithdrawal?.();
      onWithdrawal = undefined;
    }
    return { Records: texts.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
    const ids = RequestItems.results.Keys.map(({ record_key }: { record_key: { S: string } }) =>
      record_key.S.split('#').at(-1),
    ) as string[];
    const rows = ids
      .filter((id) => !expired_ids.includes(id))
      .map((record_id) => {
        const status = withdrawn_ids.includes(record_id) ? 'withdrawn' : 'analyzed';
        return rowFor(aResult({ source: 'shop', record_id, status }));
      });
    return { Responses: { results: rows }, UnprocessedKeys: {} };
  });
  s3.on(ListObjectsV2Command).resolves({});
  athena.on(StartQueryExecutionCommand).callsFake(({ QueryString }) => ({
    QueryExecutionId: QueryString.includes('AS not_newer') ? 'not_newer' : 'id',
  }));
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).callsFake(() => ({
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: [{ Name: 'record_id', Type: 'varchar' }] },
      Rows: ['record_id', ...lake_ids].map((VarCharValue) => ({ Data: [{ VarCharValue }] })),
    },
  }));
  athena.on(GetQueryResultsCommand, { QueryExecutionId: 'not_newer' }).resolves({
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: [{ Name: 'records', Type: 'bigint' }] },
      Rows: ['records', '2'].map((VarCharValue) => ({ Data: [{ VarCharValue }] })),
    },
  });
});

async function replace(content: string, ...words: string[]) {
  const path = join(folder, 'shop.csv');
  await writeFile(path, content);
  const ran = await runCommand(ingestCommand(), path, '--id-field', 'id', '--replace', ...words);
  const withdrawn = published.filter(({ deleted }) => deleted).map(({ record_id }) => record_id);
  return { ...ran, withdrawn };
}

const FIVE = 'id,text\n1,a\n2,b\n3,c\n4,d\n5,e\n';

it('ingest --replace withdraws the records of the source that the file does not have, in the same run', async () => {
  const { stdout, withdrawn, exit_code } = await replace(FIVE);
  expect(withdrawn).toEqual(['old']);
  expect(stdout).toContain(
    '\n1 of 1 records that the file does not have are withdrawn\n2 not newer: their records have a newer version, which stays\nrun run_',
  );
  expect(exit_code).toBeUndefined();
  expect(new Set(published.map(({ run_id }) => run_id)).size).toBe(1);
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toMatchObject({
    QueryString: expect.stringContaining('tenant = ? AND source = ?'),
    ExecutionParameters: ["'default'", "'shop'", expect.stringMatching(/^\d{13}$/)],
  });
});

it.each([
  ['a row is refused', `${FIVE}6,\n`, 'rows that were refused: 1'],
  ['a row has no id', `${FIVE},f\n`, 'a row has no id of its own'],
  ['rows are of two sources', 'id,text,source\n1,a,one\n2,b,two\n', 'two sources, one and two'],
  [
    'more than a fifth would go',
    'id,text\n1,a\n',
    '5 records are 83 % of the source: confirm with --yes',
  ],
])(
  'ingest --replace withdraws nothing if %s, says so and exits with 2',
  async (_case, content, reason) => {
    const { stdout, withdrawn, exit_code } = await replace(content);
    expect(withdrawn).toEqual([]);
    expect(published.length).toBeGreaterThan(0);
    expect(stdout).toContain(`nothing withdrawn: `);
    expect(stdout).toContain(reason);
    expect(exit_code).toBe(2);
  },
);

it('ingest --replace --yes withdraws more than a fifth of the source', async () => {
  const { stdout, withdrawn } = await replace('id,text\n1,a\n', '--yes', '--json');
  expect(withdrawn).toEqual(['2', '3', '4', '5', 'old']);
  expect(JSON.parse(stdout).replaced).toEqual({ missing: 5, withdrawn: 5, failed: 0 });
});

it('ingest --replace withdraws what the user confirms, and nothing after Ctrl-C at the question', async () => {
  user.answer = interrupt(false);
  const interrupted = await replace('id,text\n1,a\n');
  expect(interrupted.withdrawn).toEqual([]);
  expect(interrupted.stdout).toContain('nothing withdrawn: the run was interrupted');
  expect(interrupted.exit_code).toBe(2);
  user.answer = () => true;
  expect((await replace('id,text\n1,a\n')).withdrawn).toHaveLength(5);
});

it('ingest --replace withdraws nothing if the stream refuses a record', async () => {
  kinesis.on(PutRecordsCommand).rejects(
    Object.assign(new Error('no'), {
      name: 'InvalidArgumentException',
      $metadata: { httpStatusCode: 400 },
    }),
  );
  const { stdout, withdrawn } = await replace(FIVE);
  expect(withdrawn).toEqual([]);
  expect(stdout).toContain('nothing withdrawn: rows that could not be published: 5');
});

it('ingest --replace withdraws nothing if the file is not read to its end, as when the run is interrupted', async () => {
  onRequest = () => void process.emit('SIGINT');
  const rows = Array.from({ length: 30_000 }, (_, i) => `${i},text ${i}\n`);
  const interrupted = await replace(`id,text\n${rows.join('')}`);
  expect(interrupted.withdrawn).toEqual([]);
  expect(interrupted.stdout).toContain('nothing withdrawn: the file was not read to its end');
  expect(interrupted.stderr).toContain('the run was interrupted');
});

it('ingest --wait counts the records that are not newer, when the lake has the records', async () => {
  const path = join(folder, 'shop.csv');
  await writeFile(path, FIVE);
  const ran = await runCommand(ingestCommand(), path, '--id-field', 'id', '--wait', '--json');
  const { run_id, accepted, not_newer, replaced } = JSON.parse(ran.stdout);
  expect({ accepted, not_newer, replaced }).toEqual({ accepted: 5, not_newer: 2 });
  const [asked] = athena.commandCalls(StartQueryExecutionCommand);
  expect(asked?.args[0].input.ExecutionParameters).toEqual([
    expect.stringMatching(/^'\d{4}\/\d\d\/\d\d\/\d\d'$/),
    `'${run_id}'`,
  ]);
  expect(ran.exit_code).toBeUndefined();
});

it('ingest --wait that gives up says that it does not know what is not newer, and exits with 2', async () => {
  const waiting = { part: { S: 'waiting' }, item: { S: 'results_raw/x.gz' }, days: { S: '' } };
  const numbers = { bytes: { N: '1' }, found_at: { N: '1' }, failures: { N: '0' } };
  const more = { has_withdrawals: { BOOL: false }, retry_at: { N: '1' } };
  dynamodb
    .on(QueryCommand, { TableName: 'keeper' })
    .resolves({ Items: [{ ...waiting, ...numbers, ...more }] });
  dynamodb.on(GetItemCommand).resolves({ Item: { ...waiting, ...numbers, ...more } });
  const path = join(folder, 'shop.csv');
  await writeFile(path, FIVE);
  const words = [path, '--id-field', 'id', '--wait', '--wait-limit', '1'];
  const { stdout, exit_code } = await runCommand(ingestCommand(), ...words);
  expect(stdout).toMatch(/5 of 5 records are on the stream/);
  expect(stdout).toMatch(/\nnot_newer is unknown: After 1 s, results lacks a part .*x\.gz/);
  expect(exit_code).toBe(2);
});

it.each([
  ['during the wait', () => dynamodb.on(QueryCommand).callsFake(interrupt({ Items: [] }))],
  [
    'while the lake is asked',
    () => athena.on(StartQueryExecutionCommand).callsFake(interrupt({ QueryExecutionId: 'id' })),
  ],
])(
  'ingest --replace that is interrupted %s withdraws nothing and says so',
  async (_when, arrange) => {
    arrange();
    const { stdout, withdrawn, exit_code } = await replace(FIVE);
    expect(withdrawn).toEqual([]);
    expect(stdout).toContain('nothing withdrawn: the run was interrupted');
    expect(exit_code).toBe(2);
  },
);

it('ingest --replace that is interrupted during the withdrawals ends after at most 2,000 more, and says how many it withdrew', async () => {
  lake_ids = Array.from({ length: 5_000 }, (_, i) => `old-${i}`);
  onWithdrawal = interrupt(undefined);
  const { stdout, withdrawn, exit_code } = await replace(FIVE, '--yes');
  expect(withdrawn).toHaveLength(2_000);
  expect(stdout).toContain(
    '2000 of 5000 records that the file does not have are withdrawn: the run was interrupted',
  );
  expect(exit_code).toBe(2);
});

it('ingest --replace also withdraws the records whose rows have expired, and says that SQL follows in the next night', async () => {
  expired_ids = ['x', 'y'];
  lake_ids.push('w', ...expired_ids);
  withdrawn_ids = ['w'];
  const { stdout, withdrawn, exit_code } = await replace(FIVE, '--json', '--yes');
  expect(withdrawn).toEqual(['old', 'w', 'x', 'y']);
  expect(JSON.parse(stdout).replaced).toEqual({ missing: 4, expired: 3, withdrawn: 4, failed: 0 });
  expect(exit_code).toBeUndefined();
  const { stdout: text } = await replace(FIVE, '--yes');
  expect(text).toContain(
    '4 of 4 records that the file does not have are withdrawn; the rows of 3 have expired: SQL follows in the next night\n',
  );
  const { stdout: dry } = await replace(FIVE, '--dry-run', '--json');
  expect(JSON.parse(dry).would_withdraw).toBe(4);
});

it('ingest --replace asks before it withdraws more than a fifth of the source, also if their rows have expired', async () => {
  expired_ids = ['x', 'y', 'z'];
  lake_ids.push(...expired_ids);
  const { stdout, withdrawn, exit_code } = await replace(FIVE);
  expect(withdrawn).toEqual([]);
  expect(stdout).toContain('4 records are 44 % of the source: confirm with --yes');
  expect(exit_code).toBe(2);
});

it.each([
  [5_001, 'The clock of this machine is 5 s ahead of that of AWS.\nSet the clock'],
  [-90_000, 'The clock of this machine is 90 s behind that of AWS.\nSet the clock'],
])(
  'ingest --replace is refused before its first record if the clock differs by %d ms',
  async (difference_ms, message) => {
    clock.difference_ms = difference_ms;
    for (const words of [[], ['--dry-run']])
      expect((await replace(FIVE, ...words)).error?.message).toContain(message);
    expect(published).toEqual([]);
    clock.difference_ms = 5_000;
    expect((await replace(FIVE)).withdrawn).toEqual(['old']);
  },
);

it('ingest --replace --dry-run says how many records would be withdrawn, and publishes nothing', async () => {
  const { stdout } = await replace(FIVE, '--dry-run');
  expect(stdout).toContain('not in the file and would be withdrawn: 1.');
  const { stdout: json } = await replace(FIVE, '--dry-run', '--json');
  expect(JSON.parse(json).would_withdraw).toBe(1);
  expect(published).toEqual([]);
});

it('ingest --replace refuses a file without ids before it publishes, and names --id-field', async () => {
  const path = join(folder, 'texts.csv');
  await writeFile(path, 'text,stars\na,5\n');
  const { error } = await runCommand(ingestCommand(), path, '--replace');
  expect(error?.message).toContain('the file has `text`, `stars`');
  expect(error?.message).toContain('--id-field');
  expect(published).toEqual([]);
});

it('ingest --replace is in the audit trail before it publishes; without the trail it publishes nothing', async () => {
  const { audited } = await replace(FIVE, '--tenant', 'acme');
  expect(audited).toMatchObject([
    { phase: 'begun', act: 'replace_source', tenant: 'acme' },
    { phase: 'ended', outcome: 'done', counts: { accepted: 5, failed: 0 } },
  ]);
  published.length = 0;
  failAudit();
  const { error } = await replace(FIVE);
  expect(error?.message).toContain('Nothing was done: the act replace_source');
  expect(published).toEqual([]);
});
