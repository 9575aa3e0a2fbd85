import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runDemo } from '../../../../cli/demo/demo.ts';
import { openRecords } from '../../../../ingest/sources/read-records.ts';
import { listStackOutputs } from '../../../support/cli.ts';
import { listObjects } from '../../../support/list-objects.ts';
import { aResult, rowFor } from '../../../support/results.ts';

const [athena, cloudformation, dynamodb, kinesis, s3] = [
  mockClient(AthenaClient),
  mockClient(CloudFormationClient),
  mockClient(DynamoDBClient),
  mockClient(KinesisClient),
  mockClient(S3Client),
];
const CLOUD = {
  ...{ endpoint: 'http://cloud', region: 'eu-west-1' },
  ...{ access_key_id: 'the-id', secret_access_key: 'the-secret' },
  control_token: 'the-token',
};
const BAD = 'set-asides/NONE/bulk-stream/shard-0/2.invalid_json.json';
const SET_ASIDE = {
  ...{ set_aside_id: 'bulk:shard-0:2', reason: 'invalid_json', issues: [], stream_name: 'bulk' },
  ...{
    shard_id: 'shard-0',
    sequence_number: '2',
    partition_key: 'k',
    arrived_at: '2026-11-23T10:00:00.000Z',
  },
  data_base64: '',
};
let folder: string;
let printed: string[];
/** The number of results that Athena counts in the lake. */
let in_lake: number;
let set_aside_keys: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-demo-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID']) vi.stubEnv(name, '');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  vi.stubEnv('AWS_PROFILE', 'profile');
  for (const mock of [athena, cloudformation, dynamodb, kinesis, s3]) mock.reset();
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.stubGlobal('fetch', async () => Response.json({ entries: [] }));
  in_lake = 1;
  set_aside_keys = [BAD];
  cloudformation
    .on(DescribeStacksCommand, { StackName: 'AuraStream' })
    .resolves({ Stacks: [{ Outputs: listStackOutputs() } as never] });
  let accepted = 0;
  kinesis.on(PutRecordsCommand, { StreamName: 'bulk-stream' }).callsFake(({ Records }) => ({
    Records: Records.map(() => {
      accepted += 1;
      return { ShardId: 'shard-0', SequenceNumber: String(accepted) };
    }),
  }));
  const row = rowFor(aResult({ source: 'a', record_id: 'a' }));
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({
    Responses: RequestItems.results.Keys.length === 0 ? {} : { results: [row] },
  }));
  s3.on(ListObjectsV2Command, { Bucket: 'set-asides' }).callsFake(({ Prefix, Delimiter }) => {
    // Each place has a set-aside for the search by id. The count of all has those of the test.
    if (Delimiter !== undefined) return listObjects([BAD], { Prefix, Delimiter });
    if (Prefix.endsWith('.')) return { Contents: [{ Key: `${Prefix}invalid_json.json` }] };
    return listObjects(set_aside_keys, { Prefix });
  });
  s3.on(GetObjectCommand, { Bucket: 'set-asides' }).callsFake(() => ({
    Body: { transformToString: async () => JSON.stringify(SET_ASIDE) },
  }));
  useAthena();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function useAthena(): void {
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  const cells = (...values: string[]) => ({
    Data: values.map((VarCharValue) => ({ VarCharValue })),
  });
  athena.on(GetQueryResultsCommand).callsFake(() => ({
    ResultSet: {
      ResultSetMetadata: {
        ColumnInfo: [
          { Name: 'name', Type: 'varchar' },
          { Name: 'n', Type: 'bigint' },
        ],
      },
      Rows: [cells('name', 'n'), ...(in_lake === 0 ? [] : [cells('analyzed', String(in_lake))])],
    },
  }));
}

async function demo(content: string, json: boolean) {
  const path = join(folder, 'a.jsonl');
  await writeFile(path, content);
  const progress = { update: () => undefined, finish: () => undefined };
  const { signal } = new AbortController();
  const file = await openRecords({ path });
  return runDemo({ cloud: CLOUD, progress, signal, path, file, json, longest_lake_ms: 0 });
}
const FILE = '{"record_id":"a","text":"I love my cat"}\nno json\n';

it('the demo exits with 0 if each record is a result or a set-aside, and with 1 if one is missing', async () => {
  expect(await demo(FILE, true)).toBe(0);
  expect(JSON.parse(printed.join(''))).toMatchObject({ records: 2, results: 1, set_asides: 1 });
  set_aside_keys = [];
  expect(await demo(FILE, true)).toBe(1);
});

it('the demo prints the first verdict and then the report', async () => {
  await demo(FILE, false);
  expect(printed[0]).toMatch(/^First verdict after [\d.]+ s: a is POSITIVE \(0\.90, en\)\n\n$/);
  expect(printed.join('')).toContain('2 records = 1 results + 1 set-asides');
  expect(printed.join('')).toContain('set aside: 1 invalid_json');
});

it('the demo queries the lake of the stack, and uses the embedded cloud alone', async () => {
  await demo(FILE, true);
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toMatchObject({
    WorkGroup: 'group',
    QueryExecutionContext: { Database: 'database' },
  });
  const { env } = process;
  expect([env.AWS_ENDPOINT_URL, env.AWS_REGION, env.AWS_ACCESS_KEY_ID]).toEqual([
    'http://cloud',
    'eu-west-1',
    'the-id',
  ]);
  expect(env.AWS_SECRET_ACCESS_KEY).toBe('the-secret');
  expect([env.AWS_SESSION_TOKEN, env.AWS_PROFILE]).toEqual([undefined, undefined]);
});

it('the demo of a file without records, or without a record that becomes a result, says what to name', async () => {
  await expect(demo('\n', true)).rejects.toThrow(/^There is no record in .*\nName a file of /);
  in_lake = 0;
  await expect(demo('no json', true)).rejects.toThrow(
    /^No record in .*a\.jsonl became a result\nSee how the file is understood: .*--dry-run/,
  );
});
