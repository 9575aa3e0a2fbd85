import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { Item } from '../../../aws/dynamodb/attribute.ts';
import { queryCommand } from '../../../cli/commands/query.ts';
import { redriveCommand } from '../../../cli/commands/redrive.ts';
import { replayCommand } from '../../../cli/commands/replay.ts';
import { setAsideCommand } from '../../../cli/commands/set-aside.ts';
import type { Fix } from '../../../operations/read-set-aside.ts';
import { recordSchema } from '../../../schemas/index.ts';
import { createFakeRecordLists } from '../../fakes/record-lists.ts';
import { failAudit, runCommand } from '../../support/cli.ts';
import { importSource } from '../../support/doc-code.ts';
import { aJob } from '../../support/jobs.ts';
import {
  kinesisRecord,
  kinesisRecords,
  SHARD_ID,
  STREAM_NAME,
} from '../../support/kinesis-event.ts';
import { listObjects } from '../../support/list-objects.ts';
import { watchClosing } from '../../support/publisher.ts';
import { withRecords } from '../../support/record-lists.ts';
import { RESTORE_KEY, setAsidesIn } from '../../support/restored.ts';

const s3 = mockClient(S3Client);
const kinesis = mockClient(KinesisClient);
const athena = mockClient(AthenaClient);
const secrets = mockClient(SecretsManagerClient);
const dynamodb = mockClient(DynamoDBClient);
/** The row and the pages of each job. */
const job_items = new Map<string, Item[]>();
/** Contents of the objects in S3, by bucket and key, for example `failures/aws/lambda/a` */
const objects = new Map<string, string>();
let refused = 0;
const folders: string[] = [];

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
beforeEach(() => {
  for (const mock of [s3, kinesis, athena, secrets, dynamodb]) mock.reset();
  secrets
    .on(GetSecretValueCommand, { SecretId: 'arn:restore-key' })
    .resolves({ SecretString: RESTORE_KEY });
  objects.clear();
  refused = 0;
  s3.on(PutObjectCommand).callsFake(({ Bucket, Key, Body }) => {
    objects.set(`${Bucket}/${Key}`, Body);
    return {};
  });
  s3.on(GetObjectCommand).callsFake(({ Bucket, Key }) => {
    const text = objects.get(`${Bucket}/${Key}`);
    if (text === undefined) {
      const missing = { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } };
      throw Object.assign(new Error('none'), missing);
    }
    const transformToString = async () => text;
    const transformToByteArray = async () => Buffer.from(text, 'base64');
    const body = Readable.from([Buffer.from(text)]);
    return { Body: Object.assign(body, { transformToString, transformToByteArray }) };
  });
  s3.on(ListObjectsV2Command).callsFake(({ Bucket, ...input }) => {
    const paths = [...objects.keys()].filter((path) => path.startsWith(`${Bucket}/`));
    return listObjects(
      paths.map((path) => path.slice(Bucket.length + 1)),
      input,
    );
  });
  job_items.clear();
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({
    Responses: {
      jobs: RequestItems.jobs.Keys.flatMap(
        ({ job_id }: Item) => job_items.get(job_id!.S!)?.slice(0, 1) ?? [],
      ),
    },
  }));
  dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
    const ids = Object.values(ExpressionAttributeValues as Item).flatMap(({ S = '' }) => S);
    return { Items: ids.flatMap((id) => job_items.get(id)?.slice(1) ?? []) };
  });
  kinesis.on(PutRecordsCommand).callsFake(({ StreamName, Records }) => {
    expect(StreamName).toBe('bulk-stream');
    if (refused > 0) {
      refused -= 1;
      const invalid = { name: 'InvalidArgumentException', $metadata: { httpStatusCode: 400 } };
      throw Object.assign(new Error('refused'), invalid);
    }
    return { Records: Records.map(() => ({ ShardId: 's', SequenceNumber: '1' })) };
  });
});

const aRecord = (record_id: string) => ({ record_id, source: 's', text: `secret of ${record_id}` });

function putReport(name: string, condition: string, ...data: unknown[]): string {
  const report = {
    requestContext: { condition, approximateInvokeCount: 3 },
    timestamp: '2026-11-23T22:00:00.000Z',
    KinesisBatchInfo: { shardId: SHARD_ID, batchSize: data.length },
    payload: JSON.stringify({ Records: kinesisRecords(...data) }),
  };
  objects.set(`failures/aws/lambda/${name}`, JSON.stringify(report));
  return `aws/lambda/${name}`;
}

const redrive = (...words: string[]) => runCommand(redriveCommand(), ...words);
const json = async (running: ReturnType<typeof redrive>) => JSON.parse((await running).stdout);

it('redrive list shows the batches that are not back yet, those of a reason, or all', async () => {
  const one = putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  const two = putReport('two', 'MaximumRecordAgeExceeded', aRecord('b'));
  await redrive('run', one);
  const keysOf = (found: { key: string }[]) => found.map(({ key }) => key);
  expect(keysOf(await json(redrive('list', '--json')))).toEqual([two]);
  expect(keysOf(await json(redrive('list', '--json', '--all')))).toEqual([one, two]);
  const aged = ['list', '--json', '--all', '--reason', 'RetryAttemptsExhausted'];
  expect(keysOf(await json(redrive(...aged)))).toEqual([one]);
  expect((await redrive('list')).stdout).toMatch(/key +reason[\s\S]*aws\/lambda\/two/);
  expect((await redrive('list', '--reason', 'x')).stdout).toBe('There are no failed batches.');
});

it('redrive show lists the records of a batch without their texts', async () => {
  const umlauts = { ...aRecord('b'), text: 'secret ä' };
  const key = putReport('one', 'RetryAttemptsExhausted', aRecord('a'), 'no json', umlauts);
  const { stdout } = await redrive('show', key, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    key,
    records: 3,
    contents: [
      { tenant: 'default', source: 's', record_id: 'a', bytes: 11 },
      { record_id: 'b', bytes: 9 },
      { record_id: '(invalid_json)', bytes: 7 },
    ],
  });
  expect(stdout + (await redrive('show', key)).stdout).not.toContain('secret');
});

it('redrive show names the service of a message and counts its records, without their texts', async () => {
  const logEvents = ['a', 'b'].map((id) => ({ id, message: JSON.stringify(aRecord(id)) }));
  const key = putReport(
    ...(['one', 'RetryAttemptsExhausted'] as const),
    gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents })),
    { Type: 'Notification', TopicArn: 'arn:t', Message: JSON.stringify(aRecord('c')) },
  );
  const { stdout } = await redrive('show', key, '--json');
  expect(JSON.parse(stdout).contents).toMatchObject([
    { record_id: '(cloudwatch_logs, 2 records)' },
    { record_id: '(sns, 1 record)' },
  ]);
  expect(stdout + (await redrive('show', key)).stdout).not.toContain('secret');
});

it('redrive run puts all open batches back, says how many records, and exits with 0', async () => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'), aRecord('b'));
  putReport('two', 'RetryAttemptsExhausted', aRecord('c'));
  const { stdout, exit_code } = await redrive('run', '--json');
  expect(JSON.parse(stdout)).toEqual({
    dry_run: false,
    batches: 2,
    records: 3,
    left_out: 0,
    failed: 0,
    codes: [],
  });
  expect(exit_code).toBeUndefined();
  expect((await redrive('run')).stdout).toBe('0 records of 0 batches are back on the stream.');
});

it('redrive run exits with 2 when some records are not back, and their batch stays in the list', async () => {
  const key = putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  refused = 1;
  const { stdout, exit_code } = await redrive('run');
  expect(stdout).toBe(
    '0 records of 1 batches are back on the stream.\n1 are not: InvalidArgumentException. Run it again.',
  );
  expect(exit_code).toBe(2);
  expect(await json(redrive('list', '--json'))).toMatchObject([{ key }]);
});

it('redrive run --dry-run counts the records, and neither publishes nor marks', async () => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'), aRecord('b'));
  const { stdout } = await redrive('run', '--dry-run');
  expect(stdout).toBe('2 records of 1 batches would be put back.');
  expect(kinesis.calls()).toHaveLength(0);
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
});

it('redrive run names each error code of the stream once, however many batches it kept back', async () => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  putReport('two', 'RetryAttemptsExhausted', aRecord('b'));
  refused = 2;
  const { stdout, exit_code } = await redrive('run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ failed: 2, codes: ['InvalidArgumentException'] });
  expect(exit_code).toBe(2);
});

it.each(['show', 'run', 'run --dry-run'])(
  'redrive %s of an unknown batch says where the keys are',
  async (words) => {
    const { error } = await redrive(...words.split(' '), 'aws/lambda/x');
    expect(error?.message).toBe(
      'There is no batch aws/lambda/x.\nSee `aurastream redrive list --all`.',
    );
  },
);

function putSetAsides(...data: unknown[]): string[] {
  return data.map((one, i) => {
    const [set_aside] = setAsidesIn([kinesisRecord(one, i + 1)]);
    const path = `set-asides/set-asides/NONE/${STREAM_NAME}/${SHARD_ID}/${set_aside!.sequence_number}.${set_aside!.reason}.json`;
    objects.set(path, JSON.stringify(set_aside));
    return set_aside!.set_aside_id;
  });
}

const setAside = (...words: string[]) => runCommand(setAsideCommand(), ...words);

it('set-aside list shows each with its reason and issue, in the order of the stream', async () => {
  expect((await setAside('list')).stdout).toBe('There are no set-asides.');
  const ids = putSetAsides('no json', '{"text":1,"source":"s"}');
  const found = JSON.parse((await setAside('list', '--json')).stdout);
  expect(found.map((one: { set_aside_id: string }) => one.set_aside_id)).toEqual(ids);
  expect((await setAside('list')).stdout).toMatch(
    /invalid_json +is not JSON[\s\S]*invalid_record +text:/,
  );
});

/** Stores a finished job with the record list of this file, as the submission leaves it. */
async function putJob(job_id: string, file: string, set_aside: number): Promise<void> {
  const { record_lists, pages } = createFakeRecordLists();
  const fields = { job_id, status: 'COMPLETED_WITH_ERRORS' as const, expires_at: 4e9 };
  const job = await withRecords(record_lists, aJob(fields), file);
  for (const [key, page] of pages) {
    objects.set(`inputs/${key}`, gzipSync(JSON.stringify(page)).toString('base64'));
  }
  job_items.set(job_id, [
    marshall({ ...job, part: 'job' }, { removeUndefinedValues: true }),
    marshall({
      job_id,
      part: 'page#4000000000#0000000',
      counts: { set_aside, positive: job.total! - set_aside },
    }),
  ]);
}

it('set-aside list shows the invalid rows of jobs behind the records of the stream, or those of one job', async () => {
  const [id] = putSetAsides('no json');
  await putJob('job_1', '{"text":"fine"}\nsecret words\n{"text":""}', 2);
  await putJob('job_2', '{"text":"fine"}', 0);
  await putJob('job_3', 'no', 1);
  const idsOf = async (...words: string[]) =>
    JSON.parse((await setAside('list', '--json', ...words)).stdout).map(
      (one: { set_aside_id: string }) => one.set_aside_id,
    );
  expect(await idsOf()).toEqual([id, 'job_1:1', 'job_1:2', 'job_3:0']);
  expect(await idsOf('--job', 'job_1')).toEqual(['job_1:1', 'job_1:2']);
  const [on_stream] = putSetAsides(JSON.stringify({ job_id: 'job_2', job_index: 0 }));
  expect(await idsOf('--job', 'job_2')).toEqual([on_stream]);
  const { stdout } = await setAside('list');
  expect(stdout).toMatch(/job_1:2 .* invalid_record +text:/);
  expect(stdout).not.toContain('secret');
});

it('set-aside list shows at most 100 rows of each job, and all rows of a job that is named', async () => {
  await putJob('job_1', 'no\n'.repeat(101).trim(), 101);
  expect(JSON.parse((await setAside('list', '--json')).stdout)).toHaveLength(100);
  const all = JSON.parse((await setAside('list', '--json', '--job', 'job_1')).stdout);
  expect(all).toHaveLength(101);
});

it('set-aside list leaves out the rows of a job whose record list is no longer kept', async () => {
  await putJob('job_1', 'no', 1);
  objects.delete('inputs/record-lists/job_1/4000000000/00000.json.gz');
  expect((await setAside('list', '--job', 'job_1')).stdout).toBe('There are no set-asides.');
});

it('set-aside list with the bytes is in the audit trail, whichever format has them', async () => {
  for (const output of ['json', 'ndjson', 'csv']) {
    const { audited } = await setAside('list', '--output', output);
    expect(audited).toMatchObject([{ act: 'read_set_asides' }, { outcome: 'done' }]);
  }
  expect((await setAside('list', '--output', 'table')).audited).toEqual([]);
});

it('set-aside show prints the bytes without control characters, and as base64 with --json', async () => {
  const [id] = putSetAsides('no\u001b[31m json');
  const { stdout } = await setAside('show', id!);
  expect(stdout).toContain('no·[31m json');
  expect(stdout).not.toContain('\u001b');
  const shown = JSON.parse((await setAside('show', id!, '--json')).stdout);
  expect(Buffer.from(shown.data_base64, 'base64').toString()).toBe('no\u001b[31m json');
  const { error } = await setAside('show', 'shardId-0:9');
  expect(error?.message).toContain('There is no set-aside shardId-0:9.');
});

it('set-aside replay leaves what is still no record, by reason, and exits with 0', async () => {
  const [id] = putSetAsides('no json', '{"text":1,"source":"s"}');
  const { stdout, exit_code } = await setAside('replay', '--json');
  expect(JSON.parse(stdout)).toEqual({
    replayed: 0,
    would_replay: 0,
    done_before: 0,
    left: 2,
    failed: 0,
    records: 0,
    why: { invalid_json: 1, invalid_record: 1 },
  });
  expect(exit_code).toBeUndefined();
  const { stdout: one } = await setAside('replay', id!);
  expect(one).toBe('0 set-asides are back on the stream, 0 records.\n1 stay: 1 invalid_json.');
  const { stdout: other } = await setAside('replay', '--reason', 'invalid_record', '--json');
  expect(JSON.parse(other)).toMatchObject({ left: 1, why: { invalid_record: 1 } });
});

it('set-aside replay reads the long texts of the input bucket', async () => {
  const record = { record_id: 'a', source: 's', text_claim: 'a'.repeat(64) };
  const [id] = putSetAsides('no json');
  const path = [...objects.keys()][0]!;
  const stored = JSON.parse(objects.get(path)!);
  const data_base64 = Buffer.from(JSON.stringify(record)).toString('base64');
  objects.set(path, JSON.stringify({ ...stored, reason: 'text_missing', data_base64 }));
  const { stdout } = await setAside('replay', id!, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ left: 1, why: { text_missing: 1 } });
  const asked = s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input);
  expect(asked).toContainEqual({ Bucket: 'inputs', Key: `claims/default/${'a'.repeat(64)}` });
});

it('set-aside replay exits with 2 when the stream refuses a set-aside, and names the error code', async () => {
  const [id] = putSetAsides('no json');
  const [[path, json] = ['', '']] = objects;
  const data_base64 = Buffer.from(JSON.stringify(aRecord('a'))).toString('base64');
  objects.set(path, JSON.stringify({ ...JSON.parse(json), data_base64 }));
  refused = 1;
  const { stdout, exit_code } = await setAside('replay', id!);
  expect(stdout).toContain('1 failed: 1 InvalidArgumentException. Run it again.');
  expect(exit_code).toBe(2);
});

it('the help of set-aside replay shows a fix that works', async () => {
  const replay = setAsideCommand().commands.find((command) => command.name() === 'replay')!;
  const help: string[] = [];
  replay.configureOutput({ writeOut: (text) => void help.push(text) }).outputHelp();
  const [example = ''] = /export default .*?;\n/s.exec(help.join('')) ?? [];
  const { default: fix } = (await importSource(example)) as { default: Fix };
  const [set_aside] = setAsidesIn([kinesisRecord({ record_id: 'a', text: 'without a source' })]);
  const { data_base64, ...more } = set_aside!;
  const bytes = Buffer.from(data_base64, 'base64');
  const fixed = { record_id: 'a', text: 'without a source', source: 'unknown' };
  expect(more.reason).toBe('invalid_record');
  expect(fix(bytes, more)).toEqual(fixed);
  expect(recordSchema.safeParse(fixed).success).toBe(true);
  expect(fix(bytes, { ...more, reason: 'invalid_json' })).toBeUndefined();
});

it('query prints rows as JSON, and explains SQL that Athena refuses', async () => {
  answerQueries();
  expect((await runCommand(queryCommand(), 'SELECT 4 AS n', '--json')).stdout).toBe('[{"n":4}]');
  const failed = { Status: { State: 'FAILED' as const, StateChangeReason: 'no such column' } };
  athena.on(GetQueryExecutionCommand).resolves({ QueryExecution: failed });
  const { error } = await runCommand(queryCommand(), 'SELECT x');
  expect(error?.message).toMatch(/^no such column\n.*DESCRIBE results/);
});

it('replay with nothing in the lake says so as JSON with all counts', async () => {
  const { stdout } = await runCommand(
    replayCommand(),
    '--from',
    '2026-11-23',
    '--to',
    '2026-11-24',
    '--json',
  );
  expect(JSON.parse(stdout)).toEqual({
    lines: 0,
    replayed: 0,
    up_to_date: 0,
    without_text: 0,
    failed: 0,
  });
});

it.each([
  ['--from', 'yesterday', '2026-11-23T10:00:00Z'],
  ['--share', '0', 'from 0.01 to 1'],
  ['--share', '1.5', 'from 0.01 to 1'],
  ['--source', 'No Slug', '1 to 64 of a-z'],
])('replay refuses %s %s and says what to write', async (option, value, advice) => {
  const { error } = await runCommand(replayCommand(), '--from', '2026-11-23', option, value);
  expect(error?.message).toContain(advice);
});

it('redrive run puts back the batches that are named, or those of a reason', async () => {
  const one = putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  putReport('two', 'MaximumRecordAgeExceeded', aRecord('b'), aRecord('c'));
  const run = async (...words: string[]) => json(redrive('run', '--dry-run', '--json', ...words));
  expect(await run(one)).toMatchObject({ batches: 1, records: 1 });
  expect(await run('--reason', 'MaximumRecordAgeExceeded')).toMatchObject({
    batches: 1,
    records: 2,
  });
  expect(await run()).toMatchObject({ dry_run: true, batches: 2, records: 3 });
});

it('redrive run leaves out what has a set-aside in the bucket of set-asides, and says so', async () => {
  putSetAsides('no json');
  putReport('one', 'RetryAttemptsExhausted', 'no json', aRecord('a'));
  expect(await json(redrive('run', '--dry-run', '--json'))).toMatchObject({
    records: 1,
    left_out: 1,
  });
  const words = '\n1 were left out: they have a set-aside.';
  expect((await redrive('run', '--dry-run')).stdout).toBe(
    `1 records of 1 batches would be put back.${words}`,
  );
  expect((await redrive('run')).stdout).toBe(
    `1 records of 1 batches are back on the stream.${words}`,
  );
});

it('redrive list shows when a batch was put back', async () => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  await redrive('run');
  const { stdout } = await redrive('list', '--all');
  expect(stdout).toMatch(/restored_at\n.*aws\/lambda\/one .* \d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

/** Stores set-asides of records whose source is missing. Returns the ids of the set-asides. */
const putRepairable = (...record_ids: string[]) =>
  putSetAsides(...record_ids.map((record_id) => JSON.stringify({ record_id, text: 'x' })));

/** Writes a script that adds a source to the records of set-asides. Returns its path. */
async function aFix(script: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'aurastream-fix-')), 'fix.mjs');
  await writeFile(path, script);
  folders.push(dirname(path));
  return path;
}
const ADD_SOURCE =
  'export default (bytes, { reason }) => ({ ...JSON.parse(Buffer.from(bytes)), source: reason });';

it('set-aside replay repairs with the script of --fix, marks what is back, and skips it next time', async () => {
  const ids = putRepairable('a', 'b');
  const fix = await aFix(ADD_SOURCE);
  expect((await setAside('replay', '--fix', fix)).stdout).toBe(
    '2 set-asides are back on the stream, 2 records.',
  );
  expect([...objects.keys()].filter((key) => key.includes('restored/')).sort()).toEqual(
    ids.map((id) => `set-asides/restored/${id}.json`),
  );
  expect((await setAside('replay', '--fix', fix)).stdout).toBe(
    '0 set-asides are back on the stream, 0 records.\n2 were put back before.',
  );
  expect(kinesis.commandCalls(PutRecordsCommand)).toHaveLength(2);
});

it('set-aside replay --dry-run says what would be put back, and neither publishes nor marks', async () => {
  putRepairable('a', 'b');
  const before = objects.size;
  const { stdout } = await setAside('replay', '--fix', await aFix(ADD_SOURCE), '--dry-run');
  expect(stdout).toBe('2 set-asides would be put back, 2 records.');
  expect(kinesis.calls()).toHaveLength(0);
  expect(objects.size).toBe(before);
});

it('set-aside replay puts back the set-asides that are named, and refuses an unknown one', async () => {
  const [, second] = putRepairable('a', 'b');
  const fix = await aFix(ADD_SOURCE);
  const { stdout } = await setAside('replay', second!, '--fix', fix, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ replayed: 1, records: 1 });
  const { error } = await setAside('replay', 'shardId-0:9');
  expect(error?.message).toBe(
    'There is no set-aside shardId-0:9.\nSee `aurastream set-aside list`.',
  );
});

it('set-aside replay counts each reason over all set-asides that stay', async () => {
  putSetAsides('no json', 'no json', '{"text":1,"source":"s"}');
  const { stdout } = await setAside('replay');
  expect(stdout).toMatch(/^0 .*\n3 stay: 2 invalid_json, 1 invalid_record\.$/);
});

it.each([
  [
    'cannot be loaded',
    'throw new Error("half");',
    /fix\.mjs cannot be loaded: half\nIt must be an ES module/,
  ],
  ['has no function', 'export default 1;', /fix\.mjs has no default function\.\nIt must be/],
])(
  'set-aside replay refuses a --fix that %s before it reads a set-aside',
  async (_, script, advice) => {
    putRepairable('a');
    const { error } = await setAside('replay', '--fix', await aFix(script));
    expect(error?.message).toMatch(advice);
    expect(s3.calls()).toHaveLength(0);
  },
);

it('set-aside show prints at most 2,000 bytes, and all of them with --bytes', async () => {
  const [exact, longer] = putSetAsides('x'.repeat(2_000), 'x'.repeat(2_001));
  expect((await setAside('show', exact!)).stdout).not.toContain('more bytes');
  const { stdout } = await setAside('show', longer!);
  expect(stdout).toContain('… and 1 more bytes: --bytes prints them all');
  expect(stdout.match(/x+/g)?.at(-1)).toBeDefined();
  expect(stdout.split('\n').at(-2)).toBe('x'.repeat(2_000));
  const { written, stdout: rest } = await setAside('show', longer!, '--bytes');
  expect(written.toString()).toBe('x'.repeat(2_001));
  expect(rest).toBe('');
});

/** Lets Athena answer each query with one row, whose column `n` is 4. */
function answerQueries() {
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  const done = { QueryExecution: { Status: { State: 'SUCCEEDED' as const } } };
  athena.on(GetQueryExecutionCommand).resolves(done);
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: [{ Name: 'n', Type: 'bigint' }] },
      Rows: [{ Data: [{ VarCharValue: 'n' }] }, { Data: [{ VarCharValue: '4' }] }],
    },
  });
}

it('query reads the database and the work group of the stack, and counts the rows for readers', async () => {
  answerQueries();
  const { stdout, stderr } = await runCommand(queryCommand(), 'SELECT 4 AS n');
  expect(stdout).toBe('n\n4');
  const as_of = /^1 row, as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$/;
  expect(stderr).toMatch(as_of);
  expect((await runCommand(queryCommand(), 'SELECT 4 AS n', '--json')).stderr).toMatch(as_of);
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
    QueryString: 'SELECT 4 AS n',
    WorkGroup: 'group',
    QueryExecutionContext: { Database: 'database' },
  });
});

it('query passes on an error that is not about the SQL', async () => {
  const refusal = Object.assign(new Error('No.'), { name: 'AccessDeniedException' });
  athena.on(StartQueryExecutionCommand).rejects(refusal);
  const { error } = await runCommand(queryCommand(), 'SELECT 1');
  expect(error?.message).toBe('athena: AccessDeniedException');
});

it.each([
  ['redrive run', () => redrive('run')],
  ['set-aside replay', async () => setAside('replay', '--fix', await aFix(ADD_SOURCE))],
  ['replay', () => runCommand(replayCommand(), '--from', '2026-11-23')],
])('%s closes its publisher before it prints how many records are back', async (_, run) => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'));
  putRepairable('b');
  const printed: number[] = [];
  const countLines = () => void printed.push(vi.mocked(console.log).mock.calls.length);
  const { stdout, error } = await watchClosing(countLines, run);
  expect(error).toBeUndefined();
  expect(stdout).not.toBe('');
  expect(printed).toEqual([0]);
});

it('redrive run is in the audit trail before it publishes; without the trail it publishes nothing', async () => {
  putReport('one', 'RetryAttemptsExhausted', aRecord('a'), aRecord('b'));
  failAudit();
  const { error } = await redrive('run');
  expect(error?.message).toContain('Nothing was done: the act redrive');
  expect(kinesis.calls()).toHaveLength(0);
  expect((await redrive('run', '--dry-run')).audited).toEqual([]);
  expect((await redrive('run', '--reason', 'RetryAttemptsExhausted')).audited).toMatchObject([
    { phase: 'begun', act: 'redrive', selectors: { reason: 'RetryAttemptsExhausted' } },
    { phase: 'ended', outcome: 'done', counts: { batches: 1, records: 2, failed: 0 } },
  ]);
});

it('set-aside replay is in the audit trail before it publishes; without the trail it publishes nothing', async () => {
  putRepairable('a', 'b');
  const fix = ['--fix', await aFix(ADD_SOURCE)];
  failAudit();
  const { error } = await setAside('replay', ...fix);
  expect(error?.message).toContain('Nothing was done: the act replay_set_asides');
  expect(kinesis.calls()).toHaveLength(0);
  expect((await setAside('replay', ...fix, '--dry-run')).audited).toEqual([]);
  expect((await setAside('replay', ...fix)).audited).toMatchObject([
    { phase: 'begun', act: 'replay_set_asides' },
    { phase: 'ended', outcome: 'done', counts: { replayed: 2, records: 2, failed: 0 } },
  ]);
});

it('the bytes of set-asides are read only if the audit trail says so', async () => {
  const [set_aside_id] = putSetAsides('I love my cat');
  expect((await setAside('show', set_aside_id!)).audited).toMatchObject([
    { act: 'read_set_asides', selectors: { set_aside_id } },
    { outcome: 'done' },
  ]);
  expect((await setAside('list', '--json')).audited).toMatchObject([
    { act: 'read_set_asides' },
    { counts: { set_asides: 1 } },
  ]);
  expect((await setAside('list')).audited).toEqual([]);
  failAudit();
  const { stdout, error } = await setAside('show', set_aside_id!);
  expect(error?.message).toContain('Nothing was done: the act read_set_asides');
  expect(stdout).toBe('');
});

it('a query is in the audit trail with the HMAC of its SQL, and does not run without the trail', async () => {
  answerQueries();
  const sql = "SELECT text FROM results WHERE author = 'Ann'";
  failAudit();
  const refused_query = await runCommand(queryCommand(), sql, '--json');
  expect(refused_query.error?.message).toContain('Nothing was done: the act query');
  expect(athena.calls()).toHaveLength(0);
  const { audited } = await runCommand(queryCommand(), sql, '--json');
  expect(audited).toMatchObject([
    {
      phase: 'begun',
      act: 'query',
      selectors: { sql_hmac: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
    { phase: 'ended', outcome: 'done', counts: { rows: 1 } },
  ]);
  expect(JSON.stringify(audited)).not.toContain('Ann');
});
