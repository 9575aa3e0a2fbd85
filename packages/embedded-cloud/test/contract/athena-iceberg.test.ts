import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import { createAthena } from '../../src/services/athena/athena.ts';
import type { GlueTable } from '../../src/services/athena/catalog.ts';

// The statements and limits of Iceberg tables. Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html

const DAY_MS = 86_400_000;
let now = Date.UTC(2026, 10, 23, 10);
const raw: GlueTable = {
  ...{ database: 'lake', name: 'raw', table_type: 'EXTERNAL_TABLE', location: 's3://lake/raw/' },
  columns: [
    { name: 'id', type: 'string' },
    { name: 'day', type: 'string' },
    { name: 'revision', type: 'bigint' },
    { name: 'text', type: 'string' },
  ],
  partition_keys: [{ name: 'hour', type: 'string' }],
  parameters: {
    'projection.enabled': 'true',
    'projection.hour.type': 'date',
    'projection.hour.format': 'yyyy/MM/dd/HH',
    'projection.hour.range': '2026/11/01/00,NOW',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena replaces the placeholder.
    'storage.location.template': 's3://lake/raw/${hour}/',
  },
  serde: { library: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: {} },
};
const CREATE = `CREATE TABLE results (
  id string COMMENT 'key of the record', day date, revision bigint, text string,
  scores struct<positive:double,negative:double>, attributes map<string,string>)
  PARTITIONED BY (day) LOCATION 's3://lake/tables/results/'
  TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet', 'vacuum_max_snapshot_age_seconds'='86400')`;
const MERGE = (where = 'true', keys = '') => `MERGE INTO results t USING (
    SELECT id, CAST(day AS date) AS day, revision, text FROM raw WHERE ${where}) s
  ON t.id = s.id ${keys}
  WHEN MATCHED AND s.text = 'gone' THEN DELETE
  WHEN MATCHED AND s.revision > t.revision THEN UPDATE SET revision = s.revision, text = s.text
  WHEN NOT MATCHED AND s.revision IS NOT NULL
    THEN INSERT (id, day, revision, text) VALUES (s.id, s.day, s.revision, s.text)`;

let dir: string;
let served: ServedService;
let client: AthenaClient;
async function open() {
  const athena = createAthena({
    glue: { databases: ['lake'], tables: [raw] },
    s3Dir: join(dir, 's3'),
    dataDir: join(dir, 'athena'),
    maintenance: { partitions: 100, files: 10 },
    work_groups: [
      { name: 'lake', output_location: 's3://lake/answers/' },
      { name: 'small', output_location: 's3://lake/answers/', most_scanned_bytes: 1_000 },
    ],
    now: () => now,
  });
  served = await serveService(athena);
  client = new AthenaClient(clientConfig(served.endpoint));
}
async function close() {
  client.destroy();
  await served.close();
}
beforeEach(async () => {
  now = Date.UTC(2026, 10, 23, 10);
  dir = await mkdtemp(join(tmpdir(), 'iceberg-'));
  await open();
  await ask(CREATE);
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

async function write(name: string, records: object[], hour = '2026/11/23/03') {
  const path = join(dir, 's3/lake/raw', hour, `${name}.gz`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, gzipSync(records.map((each) => `${JSON.stringify(each)}\n`).join('')));
}
const record = (id: string, revision: number | null = 1, rest = {}) => ({
  ...{ id, day: '2026-11-23', revision, text: `text of ${id}`, ...rest },
});
async function start(QueryString: string, WorkGroup = 'lake') {
  const context = { QueryExecutionContext: { Database: 'lake' } };
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({ QueryString, WorkGroup, ...context }),
  );
  return QueryExecutionId!;
}
async function end(QueryExecutionId: string) {
  return vi.waitFor(
    async () => {
      const command = new GetQueryExecutionCommand({ QueryExecutionId });
      const { QueryExecution } = await client.send(command);
      expect(QueryExecution?.Status?.State).not.toMatch(/QUEUED|RUNNING/);
      return QueryExecution!;
    },
    { timeout: 60_000, interval: 20 },
  );
}
/** Runs a statement that succeeds. @returns the rows without the header */
async function ask(sql: string) {
  const { QueryExecutionId, Status, StatementType } = await end(await start(sql));
  expect(Status?.StateChangeReason).toBeUndefined();
  const { ResultSet } = await client.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const rows = ResultSet!.Rows!.map(({ Data }) => Data!.map((cell) => cell.VarCharValue ?? null));
  return StatementType === 'DML' && /^\s*(select|with)/i.test(sql) ? rows.slice(1) : rows;
}
async function reason(sql: string) {
  const { Status } = await end(await start(sql));
  expect(Status?.State).toBe('FAILED');
  return Status!.StateChangeReason!;
}
async function measureScan(sql: string) {
  return (await end(await start(sql))).Statistics!.DataScannedInBytes!;
}
const insertDays = (from: number, to: number) =>
  `INSERT INTO results (id, day, revision) SELECT CAST(n AS varchar), date_add('day', n, DATE '2026-01-01'), CAST(n AS bigint) FROM UNNEST(sequence(${from}, ${to})) AS u(n)`;

// https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
it('CREATE TABLE makes an Iceberg table that Glue shows, and that outlives the process', async () => {
  await ask("INSERT INTO results (id, day, revision) VALUES ('a', DATE '2026-11-23', 7)");
  await close();
  await open();
  expect(await ask('SELECT * FROM results')).toEqual([['a', '2026-11-23', '7', null, null, null]]);
  const { TableMetadata } = await client.send(
    new GetTableMetadataCommand({
      ...{ CatalogName: 'AwsDataCatalog', DatabaseName: 'lake' },
      TableName: 'results',
    }),
  );
  expect(TableMetadata).toMatchObject({ PartitionKeys: [], Parameters: { table_type: 'ICEBERG' } });
  expect(TableMetadata!.Columns![0]).toEqual({
    Name: 'id',
    Type: 'string',
    Comment: 'key of the record',
  });
  expect((await ask('DESCRIBE results'))[2]![0]).toMatch(/^id\s+string\s+key of the record/);
  expect(await ask('SHOW TABLES')).toEqual([['raw'], ['results']]);
});

it('CREATE TABLE refuses a second table of the name, other formats, properties and types', async () => {
  expect(await reason(CREATE)).toBe("TABLE_ALREADY_EXISTS: Table 'lake.results' already exists");
  await ask(CREATE.replace('TABLE results', 'TABLE IF NOT EXISTS results'));
  const other = (from: string, to: string) => CREATE.replace('results', 'other').replace(from, to);
  expect(await reason(other("'table_type'='ICEBERG', ", ''))).toMatch(
    /^NOT_SUPPORTED: TBLPROPERTIES/,
  );
  expect(await reason(other("'format'", "'colour'"))).toMatch(
    /Unsupported table property key: colour/,
  );
  expect(await reason(other('revision bigint', 'revision smallint'))).toMatch(
    /Iceberg has no type smallint/,
  );
  expect(await reason(other('PARTITIONED BY (day)', 'PARTITIONED BY (week)'))).toMatch(
    /^COLUMN_NOT_FOUND/,
  );
  await write('a', [record('a')]);
  expect(await reason(other('s3://lake/tables/results/', 's3://lake/raw/'))).toMatch(
    /^ICEBERG_FILESYSTEM_ERROR: Cannot create a table on a non-empty location/,
  );
});

// https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
it('ALTER TABLE adds columns, which are null in older rows, and DROP TABLE removes the table', async () => {
  await ask("INSERT INTO results (id, revision) VALUES ('a', 1)");
  await ask("ALTER TABLE results ADD COLUMNS (run_id string COMMENT 'the run', stamp bigint)");
  await ask("UPDATE results SET run_id = 'r1' WHERE id = 'b'");
  expect(await ask('SELECT id, run_id, stamp FROM results')).toEqual([['a', null, null]]);
  expect(await reason('ALTER TABLE results ADD COLUMNS (stamp bigint)')).toMatch(
    /^DUPLICATE_COLUMN_NAME/,
  );
  await ask('DROP TABLE results');
  expect(await reason('SELECT * FROM results')).toMatch(/^TABLE_NOT_FOUND/);
  await ask('DROP TABLE IF EXISTS results');
});

// https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html
it('MERGE inserts, updates and deletes by the first clause that holds, and does so only once', async () => {
  await write('one', [record('a', 2), record('b', 5), record('c', 1), record('n', null)]);
  await ask(MERGE());
  await ask(MERGE());
  const all = 'SELECT id, revision, text FROM results ORDER BY id';
  const [a, b, c] = [
    ['a', '2', 'text of a'],
    ['b', '5', 'text of b'],
    ['c', '1', 'text of c'],
  ];
  expect(await ask(all)).toEqual([a, b, c]);
  await write(
    'two',
    [record('a', 3, { text: 'new' }), record('b', 4), record('c', 9, { text: 'gone' })],
    '2026/11/23/04',
  );
  await ask(MERGE("hour = '2026/11/23/04'"));
  expect(await ask(all)).toEqual([['a', '3', 'new'], b]);
});

it('MERGE fails if a row of the table matches several rows of the source, and changes nothing', async () => {
  await write('one', [record('a', 1)]);
  await ask(MERGE());
  await write('two', [record('a', 2), record('b', 2), record('a', 3)], '2026/11/23/04');
  expect(await reason(MERGE("hour = '2026/11/23/04'"))).toBe(
    'MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row',
  );
  expect(await ask('SELECT id, revision FROM results')).toEqual([['a', '1']]);
});

// https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
it('a statement that writes to more than 100 partitions fails, and one that writes to 100 does not', async () => {
  expect(await reason(insertDays(0, 100))).toBe(
    'ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions.',
  );
  expect(await ask('SELECT count(*) FROM results')).toEqual([['0']]);
  await ask(insertDays(0, 99));
  expect(await ask('SELECT count(DISTINCT day) FROM results')).toEqual([['100']]);
});

// https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
it('UPDATE and DELETE change the rows that the condition selects, and no external table', async () => {
  await ask("INSERT INTO results (id, revision, text) VALUES ('a', 1, 'x'), ('b', 2, 'y')");
  await ask("UPDATE results SET text = NULL, revision = revision + 10 WHERE id = 'a'");
  await ask('DELETE FROM results WHERE revision = 2');
  expect(await ask('SELECT id, revision, text FROM results')).toEqual([['a', '11', null]]);
  expect(await reason('DELETE FROM raw')).toMatch(
    /^NOT_SUPPORTED: Table lake.raw is no Iceberg table/,
  );
});

it('a value of another type is refused as in Trino, and a value that Trino widens is not', async () => {
  const types = 'ALTER TABLE results ADD COLUMNS (at timestamp, rate double, small int)';
  await ask(types);
  const insert = (column: string, value: string) =>
    `INSERT INTO results (${column}) SELECT ${value}`;
  for (const [column, value] of [
    ['text', '5'],
    ['revision', "'5'"],
    ['small', 'CAST(5 AS bigint)'],
    ['at', "from_iso8601_timestamp('2026-11-23T10:00:00Z')"],
    ['day', "'2026-11-23'"],
  ] as const) {
    expect(await reason(insert(column, value)), column).toMatch(/^TYPE_MISMATCH: Column/);
  }
  await ask(insert('revision', '5'));
  await ask(insert('rate', '1.5'));
  await ask(insert('at', "DATE '2026-11-23'"));
  await ask(insert('text', 'NULL'));
  await ask(insert('at', "CAST(from_iso8601_timestamp('2026-11-23T10:00:00Z') AS timestamp)"));
});

// https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html
it('OPTIMIZE rewrites 100 partitions and asks to run again until it is done', async () => {
  for (let i = 0; i < 5; i++) await ask(insertDays(0, 99));
  for (let i = 0; i < 5; i++) await ask(insertDays(100, 119));
  expect(await reason('OPTIMIZE results REWRITE DATA USING BIN_PACK')).toMatch(
    /^ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED: Processed 100 partitions in this round/,
  );
  await ask("OPTIMIZE results REWRITE DATA USING BIN_PACK WHERE day > DATE '2026-01-01'");
  expect(await measureScan('OPTIMIZE results REWRITE DATA USING BIN_PACK')).toBe(0);
  expect(await ask('SELECT count(*) FROM results')).toEqual([['600']]);
  expect(await reason("OPTIMIZE results REWRITE DATA USING BIN_PACK WHERE text = 'x'")).toMatch(
    /only partition columns/,
  );
});

// https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
it('VACUUM removes old snapshots and asks to run again until it is done', async () => {
  for (let i = 0; i < 9; i++) await ask(`INSERT INTO results (revision) SELECT ${i}`);
  await ask('VACUUM results');
  now += 2 * DAY_MS;
  const more = await reason('VACUUM results');
  expect(more).toMatch(
    /^ICEBERG_VACUUM_MORE_RUNS_NEEDED: Removed 10 files in this round of vacuum/,
  );
  await ask('VACUUM results');
  expect(await ask('SELECT count(*) FROM results')).toEqual([['9']]);
});

// https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
it('each change of a table is a snapshot with its time, until VACUUM removes it', async () => {
  const snapshots =
    'SELECT snapshot_id, parent_id, to_unixtime(committed_at) FROM "results$snapshots" ORDER BY committed_at';
  expect(await ask(snapshots)).toEqual([]);
  await ask('INSERT INTO results (revision) SELECT 1');
  now += 2 * DAY_MS;
  await ask('INSERT INTO results (revision) SELECT 2');
  expect((await ask(snapshots)).map(([id, parent]) => [id, parent])).toEqual([
    ['1', null],
    ['2', '1'],
  ]);
  await ask('VACUUM results');
  const [[, , committed_at] = []] = await ask(snapshots);
  expect(Number(committed_at) * 1_000).toBe(now);
  expect(await reason('SELECT * FROM "raw$snapshots"')).toMatch(/^TABLE_NOT_FOUND/);
});

// https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
it('of two statements that change a table at the same time one fails, and appends do not conflict', async () => {
  await ask("INSERT INTO results (id, revision) VALUES ('a', 1)");
  const both = await Promise.all([
    start("UPDATE results SET revision = 2 WHERE id = 'a'"),
    start("UPDATE results SET revision = 3 WHERE id = 'a'"),
  ]);
  const ends = await Promise.all(both.map(end));
  expect(ends.map(({ Status }) => Status!.State).sort()).toEqual(['FAILED', 'SUCCEEDED']);
  const [failed] = ends.filter(({ Status }) => Status!.State === 'FAILED');
  expect(failed!.Status!.StateChangeReason).toBe(
    'ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: lake.results',
  );
  const appends = await Promise.all(
    [1, 2].map((n) => start(`INSERT INTO results (revision) SELECT ${n}`)),
  );
  for (const { Status } of await Promise.all(appends.map(end)))
    expect(Status!.State).toBe('SUCCEEDED');
});

// https://docs.aws.amazon.com/athena/latest/ug/querying.html
it('"$path" is the object of a row, selects the objects to read, and is not in *', async () => {
  await write('one', [record('a')]);
  await write('two', [record('b'), record('c')]);
  const uri = 's3://lake/raw/2026/11/23/03/two.gz';
  expect(await ask(`SELECT id, "$path" FROM raw WHERE "$path" = '${uri}' ORDER BY id`)).toEqual([
    ['b', uri],
    ['c', uri],
  ]);
  const sql = `SELECT *, row_number() OVER (ORDER BY id) FROM raw r WHERE r."$path" IN ('${uri}')`;
  expect(await ask(sql)).toHaveLength(2);
  expect((await ask(sql))[0]).toHaveLength(6);
  expect(await measureScan(sql)).toBeLessThan(await measureScan('SELECT * FROM raw'));
});

it('a list of 1,000 paths selects the objects to read', async () => {
  for (const n of [1, 2, 3, 4]) await write(`${n}`, [record(`${n}`)]);
  const paths = Array.from(
    { length: 1_000 },
    (_, i) => `'s3://lake/raw/2026/11/23/03/${i + 3}.gz'`,
  );
  const sql = `SELECT id FROM raw WHERE hour = '2026/11/23/03' AND "$path" IN (${paths})`;
  expect((await ask(sql)).flat().sort()).toEqual(['3', '4']);
  expect(await measureScan(sql)).toBe((await measureScan('SELECT * FROM raw')) / 2);
});

// https://aws.amazon.com/athena/pricing/
it('a query of an Iceberg table scans only its columns and its partitions', async () => {
  await ask(
    "INSERT INTO results (id, day, text) SELECT CAST(n AS varchar), date_add('day', n % 10, DATE '2026-01-01'), 'a long text of a customer' FROM UNNEST(sequence(1, 1000)) AS u(n)",
  );
  const all = await measureScan('SELECT id, text FROM results');
  expect(await measureScan('SELECT id FROM results')).toBeLessThan(all / 5);
  expect(
    await measureScan("SELECT id, text FROM results WHERE day = DATE '2026-01-03'"),
  ).toBeCloseTo(all / 10, -1);
  expect(
    await measureScan(
      "SELECT id, text FROM results WHERE day BETWEEN DATE '2026-01-03' AND DATE '2026-01-05' AND id > '5'",
    ),
  ).toBeCloseTo((all * 3) / 10, -1);
  expect(
    await measureScan(
      "SELECT id, text FROM results WHERE day IN (DATE '2026-01-03', DATE '2026-01-08')",
    ),
  ).toBeCloseTo(all / 5, -1);
  // Since 6 January, in days before today.
  const days = Math.floor((Date.now() - Date.UTC(2026, 0, 6)) / DAY_MS);
  const since = `day >= current_date - INTERVAL '${days}' DAY`;
  expect(await measureScan(`SELECT id, text FROM results WHERE ${since}`)).toBeCloseTo(all / 2, -1);
  expect(await measureScan('SELECT count(*) FROM results')).toBe(0);
});

// https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
it('the scan limit of a work group holds for statements that write too', async () => {
  await ask(
    "INSERT INTO results (id, text) SELECT CAST(n AS varchar), 'a long text of a customer' FROM UNNEST(sequence(1, 1000)) AS u(n)",
  );
  for (const sql of [
    'SELECT text FROM results',
    "UPDATE results SET text = 'x' WHERE text > 'a'",
    MERGE(),
  ]) {
    const { Status } = await end(await start(sql, 'small'));
    const [state, why] = [Status!.State, Status!.StateChangeReason];
    if (sql !== MERGE())
      expect([state, why]).toEqual([
        'CANCELLED',
        'Query cancelled! : Bytes scanned limit was exceeded',
      ]);
    else expect(state).toBe('CANCELLED');
  }
});

// https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html
it('StopQueryExecution ends a statement that writes, and nothing is written', async () => {
  const endless =
    'SELECT CAST(count(*) AS bigint) FROM UNNEST(sequence(1, 2000000)) AS a(n), UNNEST(sequence(1, 2000000)) AS b(m) WHERE n % 7 = m % 11';
  const id = await start(`INSERT INTO results (revision) ${endless}`);
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
  expect((await end(id)).Status?.State).toBe('CANCELLED');
  expect(await ask('SELECT count(*) FROM results')).toEqual([['0']]);
});

it('SQL that a statement contains cannot read files or leave its expression', async () => {
  for (const sql of [
    "INSERT INTO results (id) SELECT content FROM read_text('/etc/passwd')",
    "UPDATE results SET text = (SELECT content FROM read_text('/etc/passwd'))",
    "DELETE FROM results WHERE id = current_setting('threads')",
    "MERGE INTO results t USING (SELECT 'a' AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES ((SELECT content FROM read_text('/etc/passwd')))",
    'DELETE FROM iceberg."$meta".files',
    'SELECT * FROM iceberg.lake.results',
  ]) {
    expect(await reason(sql), sql).toMatch(
      /^(FUNCTION_NOT_FOUND|TABLE_NOT_FOUND|CATALOG_NOT_FOUND|SYNTAX_ERROR)/,
    );
  }
});
