import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  ListDatabasesCommand,
  ListTableMetadataCommand,
  type QueryExecution,
  type ResultSet,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import type { AwsService } from '../../src/gateway/types.ts';
import { createAthena } from '../../src/services/athena/athena.ts';
import type { GlueTable } from '../../src/services/athena/catalog.ts';
import { prestoView } from '../support/presto-view.ts';
import { WAIT } from '../support/wait.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const COLUMNS = [
  { name: 'record_id', type: 'string' },
  { name: 'tenant', type: 'string' },
  { name: 'record_version', type: 'bigint' },
  { name: 'analysis_run', type: 'bigint' },
  { name: 'processed_at', type: 'string' },
  { name: 'sentiment', type: 'string' },
  { name: 'scores', type: 'struct<positive:double,negative:double>' },
  { name: 'attributes', type: 'map<string,string>' },
  { name: 'tags', type: 'array<string>' },
  { name: 'deleted', type: 'boolean' },
];
const TRINO_TYPES: Record<string, string> = {
  string: 'varchar',
  'struct<positive:double,negative:double>': 'row("positive" double, "negative" double)',
  'map<string,string>': 'map(varchar, varchar)',
  'array<string>': 'array(varchar)',
};
const PARTITION_KEYS = ['year', 'month', 'day', 'hour'].map((name) => ({ name, type: 'int' }));
const VIEW_COLUMNS = [
  ...COLUMNS.map(({ name, type }) => ({ name, type: TRINO_TYPES[type] ?? type })),
  ...PARTITION_KEYS.map(({ name }) => ({ name, type: 'integer' })),
];
const NAMES = VIEW_COLUMNS.map(({ name }) => name).join(', ');
/**
 * SQL of a view with one row for each record version. If a record version was processed several
 * times, the view contains the row with the earliest `processed_at`.
 */
const VIEW_SQL = `SELECT ${NAMES} FROM (SELECT *, row_number() OVER (PARTITION BY record_id, record_version ORDER BY processed_at) AS delivery FROM feedback.results_raw) AS deliveries WHERE delivery = 1`;
const HIVE = { library: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: {} };
const raw: GlueTable = {
  serde: HIVE,
  database: 'feedback',
  name: 'results_raw',
  table_type: 'EXTERNAL_TABLE',
  columns: COLUMNS,
  partition_keys: PARTITION_KEYS,
  location: 's3://lake/results/',
  parameters: {
    'projection.enabled': 'true',
    'projection.year.type': 'integer',
    'projection.year.range': '2026,2035',
    ...Object.fromEntries(
      Object.entries({ month: '1,12', day: '1,31', hour: '0,23' }).flatMap(([key, range]) => [
        [`projection.${key}.type`, 'integer'],
        [`projection.${key}.range`, range],
        [`projection.${key}.digits`, '2'],
      ]),
    ),
    'storage.location.template':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena replaces these placeholders.
      's3://lake/results/year=${year}/month=${month}/day=${day}/hour=${hour}/',
  },
};
const view: GlueTable = {
  ...raw,
  name: 'results',
  table_type: 'VIRTUAL_VIEW',
  location: '',
  columns: [...COLUMNS, ...PARTITION_KEYS],
  partition_keys: [],
  view_original_text: prestoView('feedback', VIEW_SQL, VIEW_COLUMNS),
};

/** Tables of the same files with the SerDe OpenX. */
const openX = (name: string, parameters: Record<string, string>): GlueTable => ({
  ...raw,
  database: 'other',
  name,
  serde: { library: 'org.openx.data.jsonserde.JsonSerDe', parameters },
});
const OPEN_X_TABLES = [
  openX('open_x', { 'ignore.malformed.json': 'true' }),
  openX('open_x_strict', {}),
  openX('open_x_keys', { 'ignore.malformed.json': 'true', 'case.insensitive': 'false' }),
];

let s3Dir: string;
let athena: AwsService;
let served: ServedService;
let client: AthenaClient;
const left = new Map<string, string>();

beforeAll(async () => {
  // The name of this folder contains special characters. DuckDB would interpret the name as a glob
  // or as a regular expression if the engine did not escape the name.
  s3Dir = join(await mkdtemp(join(tmpdir(), 'athena-')), "s3 [x]*?(1)'s");
  athena = createAthena({
    glue: { databases: ['feedback', 'other'], tables: [view, raw, ...OPEN_X_TABLES] },
    s3Dir,
    work_groups: [
      { name: 'feedback', output_location: 's3://lake/query-results/' },
      { name: 'small', output_location: 's3://lake/query-results/', most_scanned_bytes: 150 },
    ],
    async putObject(bucket, key, body) {
      left.set(`s3://${bucket}/${key}`, body.toString());
    },
    now: () => NOW,
  });
  served = await serveService(athena);
  client = new AthenaClient(clientConfig(served.endpoint));
});
afterEach(() => rm(s3Dir, { recursive: true, force: true }));
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(dirname(s3Dir), { recursive: true, force: true });
});

let files = 0;
async function write(body: string | Buffer, { hour = '03', name = `${files++}.gz` } = {}) {
  const path = join(s3Dir, `lake/results/year=2026/month=11/day=23/hour=${hour}`, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof body === 'string' ? gzipSync(body) : body);
}
const lines = (...records: object[]) => records.map((each) => `${JSON.stringify(each)}\n`).join('');
const record = (record_id: string, rest = {}) => ({
  record_id,
  tenant: 'default',
  record_version: 0,
  processed_at: '2026-11-23T03:00:00Z',
  ...rest,
});

async function start(QueryString: string, rest = {}): Promise<string> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString,
      WorkGroup: 'feedback',
      QueryExecutionContext: { Database: 'feedback' },
      ...rest,
    }),
  );
  return QueryExecutionId!;
}
async function execution(QueryExecutionId: string): Promise<QueryExecution> {
  return (await client.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution!;
}
async function waitForEnd(id: string): Promise<QueryExecution> {
  return vi.waitFor(
    async () => {
      const now = await execution(id);
      expect(now.Status?.State).not.toMatch(/QUEUED|RUNNING/);
      return now;
    },
    { timeout: 30_000, interval: 10 },
  );
}
const results = async (id: string, rest = {}) =>
  (await client.send(new GetQueryResultsCommand({ QueryExecutionId: id, ...rest }))).ResultSet!;
const cells = ({ Rows }: ResultSet) =>
  Rows!.map(({ Data }) => Data!.map(({ VarCharValue }) => VarCharValue ?? null));
/**
 * Runs a query that succeeds.
 * @returns the header and the rows of the result
 */
async function ask(sql: string, rest = {}) {
  const id = await start(sql, rest);
  const { Status } = await waitForEnd(id);
  expect(Status).toMatchObject({ State: 'SUCCEEDED' });
  return cells(await results(id));
}
/** Runs a query that fails, or that Athena refuses at once. */
async function reason(sql: string, rest = {}): Promise<string> {
  const id = await start(sql, rest).catch((error: Error) => {
    expect(error.name).toBe('InvalidRequestException');
    return error;
  });
  if (id instanceof Error) return `INVALID: ${id.message}`;
  const { Status } = await waitForEnd(id);
  expect(Status?.State).toBe('FAILED');
  return Status!.StateChangeReason!;
}

it('a table is empty without files and contains each new file at the next query', async () => {
  expect(await ask('SELECT count(*) AS n FROM results')).toEqual([['n'], ['0']]);
  await write(lines(record('a')));
  expect(await ask('SELECT count(*) AS n FROM results')).toEqual([['n'], ['1']]);
  await write(lines(record('b')), { hour: '04' });
  expect(await ask('SELECT record_id, hour FROM results ORDER BY record_id')).toEqual([
    ['record_id', 'hour'],
    ['a', '3'],
    ['b', '4'],
  ]);
});

it('the view has one row per record version and the raw table has every line', async () => {
  await write(lines(record('a'), record('a', { record_version: 1 })));
  await write(lines(record('a', { processed_at: '2026-11-23T09:00:00Z' })));
  expect(await ask('SELECT count(*) AS n FROM results_raw')).toEqual([['n'], ['3']]);
  expect(
    await ask('SELECT record_version, processed_at FROM results ORDER BY record_version'),
  ).toEqual([
    ['record_version', 'processed_at'],
    ['0', '2026-11-23T03:00:00Z'],
    ['1', '2026-11-23T03:00:00Z'],
  ]);
});

it('a query reads every column type and returns null for a missing field', async () => {
  const full = record('a', {
    scores: { positive: 0.5, negative: 1e-7 },
    attributes: { channel: 'web' },
    tags: ['x', 'y'],
    deleted: true,
    unknown_field: 1,
  });
  await write(lines(full, record('b')));
  expect(
    await ask(
      "SELECT scores, scores.positive, attributes, attributes['channel'] AS channel, tags, deleted FROM results ORDER BY record_id",
    ),
  ).toEqual([
    ['scores', 'positive', 'attributes', 'channel', 'tags', 'deleted'],
    ['{positive=0.5, negative=1.0E-7}', '0.5', '{channel=web}', 'web', '[x, y]', 'true'],
    [null, null, null, null, null, null],
  ]);
});

it('a query ignores lines and files that are not readable, if its SerDe ignores malformed JSON', async () => {
  const whole = gzipSync(
    lines(...Array.from({ length: 500 }, (_, i) => record(`r-${i}-${Math.random()}`))),
  );
  await write(`${lines(record('a'))}{"record_id": "torn`);
  await write(whole.subarray(0, 5));
  await write(Buffer.from('not gzip at all'));
  await write(Buffer.alloc(0));
  await write(lines(record('hidden')), { name: '_hidden.gz' });
  expect(await ask('SELECT record_id FROM other.open_x')).toEqual([['record_id'], ['a']]);
  await write(whole.subarray(0, whole.length >> 1));
  const [, [n]] = (await ask(
    "SELECT count(*) AS n FROM other.open_x WHERE record_id LIKE 'r-%'",
  )) as [unknown, [string]];
  expect(Number(n)).toBeGreaterThan(0);
  expect(Number(n)).toBeLessThan(500);
  expect(await ask('SELECT count(*) AS n FROM other.open_x WHERE record_id IS NULL')).toEqual([
    ['n'],
    ['0'],
  ]);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
it('with the SerDe of Hive, a line that is not a record fails the query, and is not quoted', async () => {
  for (const line of ['{"record_id": "secret', '["secret"]', '{"record_version": "secret"}']) {
    await write(`${lines(record('a'))}${line}\n`);
    const failure = await reason('SELECT * FROM results_raw');
    expect(failure).toBe('HIVE_CURSOR_ERROR: Row is not a valid JSON Object');
    await rm(s3Dir, { recursive: true, force: true });
  }
});

/** Attributes whose names differ only by case. */
const TWINS = record('twins', { attributes: { UserId: '1', userid: '2' } });
const MIXED = record('mixed', { attributes: { UserId: '3' } });
const readAttributes = (table: string) =>
  ask(
    `SELECT record_id, element_at(attributes, 'UserId') AS mixed, element_at(attributes, 'userid') AS lower FROM ${table} ORDER BY record_id`,
  );

// Source: https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
it('the SerDe of Hive keeps the keys of maps, also if they differ only by case', async () => {
  await write(lines(MIXED, TWINS));
  expect(await readAttributes('results_raw')).toEqual([
    ['record_id', 'mixed', 'lower'],
    ['mixed', '3', null],
    ['twins', '1', '2'],
  ]);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
it('the SerDe of OpenX makes keys lower-case, and takes equal ones for malformed JSON', async () => {
  await write(lines(MIXED, TWINS));
  expect(await readAttributes('other.open_x')).toEqual([
    ['record_id', 'mixed', 'lower'],
    ['mixed', null, '3'],
  ]);
  expect(await reason('SELECT attributes FROM other.open_x_strict')).toMatch(/^\w+: /);
  expect(await readAttributes('other.open_x_keys')).toEqual([
    ['record_id', 'mixed', 'lower'],
    ['mixed', '3', null],
    ['twins', '1', '2'],
  ]);
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
it('a query that would scan more than its work group allows is cancelled', async () => {
  const body = gzipSync(lines(record('a')));
  expect(body.length).toBeGreaterThan(75);
  expect(body.length).toBeLessThan(150);
  for (const hour of ['01', '02']) await write(body, { hour });
  const small = { WorkGroup: 'small' };
  expect(await ask('SELECT record_id FROM results_raw WHERE hour = 1', small)).toHaveLength(2);
  const refused = await waitForEnd(await start('SELECT record_id FROM results_raw', small));
  expect(refused.Statistics?.DataScannedInBytes).toBe(2 * body.length);
  expect(refused.Status).toMatchObject({
    State: 'CANCELLED',
    StateChangeReason: 'Query cancelled! : Bytes scanned limit was exceeded',
  });
  expect(await ask('SELECT record_id FROM results_raw')).toHaveLength(3);
});

// Source: https://aws.amazon.com/athena/pricing/
it('a query is billed for at least 10 MB, and a failed query or a statement on the catalog for nothing', async () => {
  await write(lines(record('a')));
  const readBilledBytes = async (sql: string) => {
    await waitForEnd(await start(sql));
    const usage = athena.usageOf!(served.calls.at(-1)!, { status: 200, headers: {}, body: '' });
    return usage.billed_bytes;
  };
  expect(await readBilledBytes('SELECT * FROM results_raw')).toBe(10 * 1024 * 1024);
  expect(await readBilledBytes('SHOW TABLES')).toBe(0);
  expect(await readBilledBytes('SELECT nothing FROM results_raw')).toBe(0);
});

it('a query ignores files outside of the projected partitions', async () => {
  await write(lines(record('in')));
  await write(lines(record('one digit')), { hour: '3' });
  await write(lines(record('out of range')), { hour: '24' });
  expect(await ask('SELECT record_id FROM results')).toEqual([['record_id'], ['in']]);
});

it('a query reports the bytes of the partitions that it reads', async () => {
  const body = gzipSync(lines(record('a')));
  for (const hour of ['01', '02', '03', '04']) await write(body, { hour });
  const countScannedBytes = async (sql: string) =>
    (await waitForEnd(await start(sql))).Statistics?.DataScannedInBytes;
  expect(await countScannedBytes('SELECT * FROM results_raw')).toBe(4 * body.length);
  expect(await countScannedBytes('SELECT * FROM results_raw WHERE hour = 2')).toBe(body.length);
  expect(await countScannedBytes('SELECT * FROM results_raw WHERE year = 2026 AND hour > 1')).toBe(
    3 * body.length,
  );
  expect(await countScannedBytes('SELECT * FROM results_raw WHERE hour = 9')).toBe(0);
  expect(await countScannedBytes('SELECT 1')).toBe(0);
});

it('GetQueryResults returns pages of at most 1,000 rows including the header', async () => {
  const id = await start('SELECT x FROM unnest(sequence(1, 2500)) AS t(x)');
  await waitForEnd(id);
  const pages: string[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id, NextToken }));
    pages.push(cells(page.ResultSet!).map(([x]) => x!));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 501]);
  expect(pages.flat()).toEqual(['x', ...Array.from({ length: 2_500 }, (_, i) => `${i + 1}`)]);
  expect((await results(id, { MaxResults: 2 })).Rows).toHaveLength(2);
  const refused = expect.objectContaining({ name: 'InvalidRequestException' });
  await expect(results(id, { MaxResults: 1_001 })).rejects.toEqual(refused);
  await expect(results(id, { NextToken: 'nonsense' })).rejects.toEqual(refused);
});

it("GetQueryResults returns values in Athena's format with Trino's type names", async () => {
  const id = await start(
    `SELECT true AS b, 1 AS i, cast(1 AS bigint) AS big, count(*) AS n, sum(3) AS s, 0.5e0 AS d, 1e7 AS large,
      cast(0.1 AS real) AS r, cast(1.50 AS decimal(5,2)) AS dec, 'x' AS v, date '2026-11-23' AS day,
      timestamp '2026-11-23 10:00:00' AS ts, from_iso8601_timestamp('2026-11-23T12:00:00.5+02:00') AS tz,
      array[1, null] AS a, cast(row(1, 'x') AS row(k integer, l varchar)) AS o, cast('[1]' AS json) AS j, null AS nothing`,
  );
  await waitForEnd(id);
  const { Rows, ResultSetMetadata } = await results(id);
  const types = ResultSetMetadata!.ColumnInfo!.map(({ Type }) => Type);
  const [, row] = cells({ Rows });
  expect(types.map((type, i) => [type, row![i]])).toEqual([
    ['boolean', 'true'],
    ['integer', '1'],
    ['bigint', '1'],
    ['bigint', '1'],
    ['bigint', '3'],
    ['double', '0.5'],
    ['double', '1.0E7'],
    ['float', '0.1'],
    ['decimal', '1.50'],
    ['varchar', 'x'],
    ['date', '2026-11-23'],
    ['timestamp', '2026-11-23 10:00:00.000'],
    ['timestamp with time zone', '2026-11-23 10:00:00.500 UTC'],
    ['array', '[1, null]'],
    ['row', '{k=1, l=x}'],
    ['json', '[1]'],
    [expect.stringMatching(/integer|unknown/), null],
  ]);
});

it('a result column without a name is named by its position', async () => {
  await write(lines(record('a')));
  const [header] = await ask(
    'SELECT count(*), max(record_id) AS m, hour + 1, hour FROM results GROUP BY hour',
  );
  expect(header).toEqual(['_col0', 'm', '_col2', 'hour']);
  expect((await ask('SELECT *, 1 + 1 FROM (SELECT 1 AS a, 2 AS b) AS t'))[0]).toEqual([
    'a',
    'b',
    '_col2',
  ]);
});

it('the results of a query are written to S3 as CSV', async () => {
  const id = await start(`SELECT 'say "hi", ü' AS a, null AS b`);
  const { ResultConfiguration } = await waitForEnd(id);
  expect(ResultConfiguration?.OutputLocation).toBe(`s3://lake/query-results/${id}.csv`);
  expect(left.get(ResultConfiguration!.OutputLocation!)).toBe('"a","b"\n"say ""hi"", ü",\n');
});

it.each([
  [
    "date_format(date_parse('2026-11-23 07:05:09', '%Y-%m-%d %H:%i:%s'), '%d.%m.%Y %T %M')",
    '23.11.2026 07:05:09 November',
  ],
  ["regexp_like('abc', 'b+')", 'true'],
  [`json_extract_scalar('{"a":{"b":"c"}}', '$.a.b')`, 'c'],
  ['approx_distinct(x)', '3'],
  ['approx_percentile(x, 0.5)', '2'],
  ["to_iso8601(from_iso8601_timestamp('2026-11-23T12:00:00+02:00'))", '2026-11-23T10:00:00.000Z'],
  ["element_at(map(array['a'], array[7]), 'a') + max(x)", '10'],
  ["element_at(map(array['a'], array[7]), 'b')", null],
  ["cardinality(array[1, 2]) + cardinality(map(array['a'], array[1])) + max(x)", '6'],
  ["date_trunc('hour', timestamp '2026-11-23 10:20:30')", '2026-11-23 10:00:00.000'],
  ["date_diff('day', date '2026-11-01', date '2026-11-23')", '22'],
  ["date_add('day', -1, timestamp '2026-11-01 00:00:00')", '2026-10-31 00:00:00.000'],
  ['7 / 2', '3'],
  ['if(max(x) > 2, 1, 0)', '1'],
  ["array_join(array_agg(x ORDER BY x), '-')", '1-2-3'],
  ['count(*) FILTER (WHERE x > 1)', '2'],
  ['from_unixtime(0) < current_timestamp', 'true'],
  ["try_cast('a' AS integer)", null],
])('Athena evaluates %s to %s', async (expression, expected) => {
  const [, [value]] = (await ask(`SELECT ${expression} FROM unnest(array[1, 2, 3]) AS t(x)`)) as [
    unknown,
    [unknown],
  ];
  expect(value).toBe(expected);
});

it('SHOW and DESCRIBE return no header row', async () => {
  expect(await ask('SHOW TABLES')).toEqual([['results'], ['results_raw']]);
  expect(await ask("show tables in feedback '*raw';")).toEqual([['results_raw']]);
  expect(await ask('SHOW DATABASES')).toEqual([['feedback'], ['other']]);
  expect((await ask('DESCRIBE results_raw'))[0]).toEqual([
    'record_id           \tstring              \t                    ',
  ]);
  expect(await ask('DESCRIBE feedback.results')).toHaveLength(14);
});

it('the API describes the databases, tables and work groups', async () => {
  const { DatabaseList } = await client.send(
    new ListDatabasesCommand({ CatalogName: 'AwsDataCatalog' }),
  );
  expect(DatabaseList).toEqual([{ Name: 'feedback' }, { Name: 'other' }]);
  const { TableMetadataList } = await client.send(
    new ListTableMetadataCommand({ CatalogName: 'AwsDataCatalog', DatabaseName: 'feedback' }),
  );
  expect(TableMetadataList?.[1]).toMatchObject({
    Name: 'results_raw',
    PartitionKeys: [{ Name: 'year', Type: 'int' }, {}, {}, {}],
  });
  const { WorkGroup } = await client.send(new GetWorkGroupCommand({ WorkGroup: 'feedback' }));
  expect(WorkGroup).toMatchObject({ Name: 'feedback', State: 'ENABLED' });
});

it('a query finds a table by database and catalog name from another database', async () => {
  await write(lines(record('a')));
  const other = { QueryExecutionContext: { Database: 'other' } };
  const n = [['n'], ['1']];
  expect(await ask('SELECT count(*) AS n FROM feedback.results', other)).toEqual(n);
  expect(
    await ask('SELECT count(*) AS n FROM "AwsDataCatalog"."feedback"."results"', other),
  ).toEqual(n);
  expect(
    await ask(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'feedback' ORDER BY 1",
      other,
    ),
  ).toHaveLength(3);
  expect(await reason('SELECT * FROM results', other)).toBe(
    "TABLE_NOT_FOUND: Table 'results' does not exist",
  );
});

it('EXPLAIN returns the plan of a query', async () => {
  const [header, ...plan] = await ask('EXPLAIN SELECT count(*) FROM results');
  expect(header).toEqual(['Query Plan']);
  expect(plan.length).toBeGreaterThan(5);
  expect(plan.flat().join()).not.toContain(s3Dir);
});

it.each([
  ['SELEC 1', /^INVALID: line 1:1: mismatched input 'SELEC'\. Expecting: SELECT$/],
  ['SELECT nothing FROM results', /^COLUMN_NOT_FOUND: .*"nothing" not found/],
  ['SELECT * FROM nowhere', /^TABLE_NOT_FOUND: Table 'nowhere' does not exist$/],
  ['SELECT frobnicate(1)', /^FUNCTION_NOT_FOUND: .*frobnicate/],
  ["SELECT cast('a' AS integer)", /^INVALID_CAST_ARGUMENT: /],
  ['SELECT 1; SELECT 2', /^INVALID: line 1:9: mismatched input ';'/],
  ['-- nothing', /^INVALID: line 1:1: /],
  ['DESCRIBE nowhere', /^TABLE_NOT_FOUND: /],
  ['SHOW COLUMNS IN nowhere', /^TABLE_NOT_FOUND: /],
  ['SHOW PARTITIONS results', /^NOT_SUPPORTED: /],
])('the query %s fails with its reason', async (sql, expected) => {
  expect(await reason(sql)).toMatch(expected);
});

it.each([
  'INSERT INTO results_raw VALUES (1)',
  'CREATE TABLE t AS SELECT 1',
  'DROP VIEW results',
  'DELETE FROM results',
  "COPY (SELECT 1) TO '/tmp/out.csv'",
  "ATTACH '/tmp/x.db'",
  'SET threads = 1',
  'PRAGMA version',
  'LOAD httpfs',
  'EXPLAIN DROP VIEW results',
])('the statement %s is refused because the lake is read-only', async (sql) => {
  expect(await reason(sql)).toMatch(/^NOT_SUPPORTED: |^INVALID: /);
});

it.each([
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_text('FILE')",
  "SELECT * FROM read_json_auto('FILE')",
  "SELECT * FROM glob('*')",
  "SELECT * FROM 'FILE'",
  'SELECT * FROM "FILE"',
  "SELECT (SELECT count(*) FROM read_blob('FILE'))",
  'WITH "FILE" AS (SELECT 1) SELECT * FROM results',
  "SELECT * FROM query('SELECT 1')",
  "SELECT * FROM query_table('FILE')",
  "SELECT current_setting('allowed_directories')",
  'SELECT * FROM duckdb_views()',
  'SELECT sql FROM duckdb_views',
  'SELECT * FROM pg_catalog.pg_views',
  'SELECT sql FROM sqlite_master',
  'SELECT * FROM (DESCRIBE results)',
  'WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views',
  'SELECT * FROM information_schema.views',
])('the query %s is refused because it would read files or settings', async (sql) => {
  await write(lines(record('secret')), { name: 'secret.json' });
  const file = join(s3Dir, 'lake/results/year=2026/month=11/day=23/hour=03/secret.json');
  const why = await reason(sql.replaceAll('FILE', file.replaceAll("'", "''")));
  expect(why).toMatch(/^(FUNCTION_NOT_FOUND|TABLE_NOT_FOUND|NOT_SUPPORTED): |^INVALID: line/);
});

it('an error message contains no path of the machine', async () => {
  await write(`${lines(record('a'))}`);
  await write(gzipSync(lines(record('b'))).subarray(0, 30), { name: 'z.json' });
  for (const sql of [
    'SELECT cast(record_id AS integer) FROM results',
    'SELECT * FROM results WHERE nothing',
  ]) {
    expect(await reason(sql)).not.toContain(dirname(s3Dir));
  }
});

it('a failed query has no results', async () => {
  const id = await start('SELECT * FROM nowhere');
  await waitForEnd(id);
  await expect(results(id)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'Query did not finish successfully. Final query state: FAILED',
  });
});

it('the API refuses unknown actions, work groups, databases, tables and queries', async () => {
  const expectRefusal = (message: RegExp) =>
    expect.objectContaining({
      name: 'InvalidRequestException',
      message: expect.stringMatching(message),
    });
  await expect(start('SELECT 1', { WorkGroup: 'none' })).rejects.toEqual(
    expectRefusal(/^WorkGroup none is not found/),
  );
  await expect(execution('none')).rejects.toEqual(
    expectRefusal(/^QueryExecution none was not found$/),
  );
  await expect(start('SELECT 1', { WorkGroup: 'primary' })).rejects.toEqual(
    expectRefusal(/^No output location/),
  );
  await expect(start(`SELECT '${'x'.repeat(262_144)}'`)).rejects.toEqual(
    expectRefusal(/maximum allowed length/),
  );
  expect(await reason('SELECT 1', { QueryExecutionContext: { Database: 'none' } })).toMatch(
    /^SCHEMA_NOT_FOUND/,
  );
});

it('requests with the same client token start one query', async () => {
  const ClientRequestToken = 'x'.repeat(32);
  const id = await start('SELECT 1', { ClientRequestToken });
  expect(await start('SELECT 1', { ClientRequestToken })).toBe(id);
  await expect(start('SELECT 2', { ClientRequestToken })).rejects.toMatchObject({
    message: 'Idempotent parameters do not match',
  });
});

it('StopQueryExecution stops a running query', async () => {
  const id = await start(
    'SELECT count(*) FROM UNNEST(sequence(1, 3000000)) a(x), UNNEST(sequence(1, 3000000)) b(y) WHERE x % 7 = y % 11',
  );
  await vi.waitFor(async () => expect((await execution(id)).Status?.State).toBe('RUNNING'), WAIT);
  await expect(results(id)).rejects.toMatchObject({
    message: 'Query has not yet finished. Current state: RUNNING',
  });
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
  expect((await execution(id)).Status).toMatchObject({ State: 'CANCELLED' });
  expect(await ask('SELECT 1 AS x')).toEqual([['x'], ['1']]);
});

it('the scanned bytes of a query are reported once, and IAM is asked for its work group', async () => {
  const body = gzipSync(lines(record('a')));
  await write(body);
  const id = await start('SELECT * FROM results_raw');
  await waitForEnd(id);
  const call = served.calls.at(-1)!;
  const reply = { status: 200, headers: {}, body: '' };
  const billed_bytes = 10 * 1024 * 1024;
  expect(athena.usageOf!(call, reply)).toEqual({ data_scanned_bytes: body.length, billed_bytes });
  expect(athena.usageOf!(call, reply)).toEqual({});
  expect(athena.permissionsOf(call)).toEqual([
    {
      action: 'athena:GetQueryExecution',
      resource: 'arn:aws:athena:us-east-1:000000000000:workgroup/feedback',
    },
  ]);
});
