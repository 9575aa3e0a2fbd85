import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { queryCommand } from '../../../../cli/commands/query.ts';
import { runCommand } from '../../../support/cli.ts';

const athena = mockClient(AthenaClient);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'query-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).resolves({
    ResultSet: {
      ResultSetMetadata: {
        ColumnInfo: [
          { Name: 'product', Type: 'varchar' },
          { Name: 'share', Type: 'double' },
        ],
      },
      Rows: [
        { Data: [{ VarCharValue: 'product' }, { VarCharValue: 'share' }] },
        { Data: [{ VarCharValue: 'Töpfe; Kettle' }, { VarCharValue: '0.5' }] },
      ],
    },
  });
});
const run = (...words: string[]) => runCommand(queryCommand(), ...words);
const listStarted = () =>
  athena.commandCalls(StartQueryExecutionCommand).map(({ args }) => args[0].input);

it('query reads SQL from a file, and passes the values of --param in their order', async () => {
  const file = join(folder, 'weekly.sql');
  await writeFile(file, '\uFEFFSELECT product, share FROM t WHERE a = ? AND day >= ?;\n');
  await run('--file', file, '--param', 'x', '--param', '2026-11-01');
  expect(listStarted()[0]).toMatchObject({
    QueryString: 'SELECT product, share FROM t WHERE a = ? AND day >= ?',
    ExecutionParameters: ["'x'", "DATE '2026-11-01'"],
  });
});

it('query prints CSV for --csv, and separates its columns as the locale does', async () => {
  expect((await run('SELECT 1', '--csv')).stdout).toBe('product,share\r\nTöpfe; Kettle,0.5');
  expect((await run('SELECT 1', '--csv', '--locale', 'de')).stdout).toBe(
    'product;share\r\n"Töpfe; Kettle";0,5',
  );
});

it('query writes the format that the ending of --output names, and CSV begins with the mark for Excel', async () => {
  const files = ['a.csv', 'a.json', 'a.xlsx'].map((name) => join(folder, name));
  for (const file of files) {
    const { stdout, stderr } = await run('SELECT 1', '--output', file);
    expect(stdout).toBe('');
    expect(stderr).toContain(`1 row in ${file}, as of `);
  }
  const [csv, json, xlsx] = await Promise.all(files.map((file) => readFile(file)));
  expect(csv?.toString()).toBe('\uFEFFproduct,share\r\nTöpfe; Kettle,0.5\r\n');
  expect(JSON.parse(String(json))).toEqual([{ product: 'Töpfe; Kettle', share: 0.5 }]);
  expect(xlsx?.subarray(0, 2).toString()).toBe('PK');
  const named = join(folder, 'answer');
  await run('SELECT 1', '--xlsx', '--output', named);
  expect((await readFile(named)).equals(xlsx!)).toBe(true);
});

it('query prints the format that --output names, and refuses two formats', async () => {
  const print = async (...words: string[]) => (await run('SELECT 1', ...words)).stdout;
  const row = '{"product":"Töpfe; Kettle","share":0.5}';
  expect(await print('--output', 'ndjson')).toBe(row);
  expect(await print('--output', 'json')).toBe(`[${row}]`);
  expect(await print('--output', 'csv')).toBe(await print('--csv'));
  const table = await print('--output', 'table');
  expect(table).toMatch(/^product +share\nTöpfe; Kettle/);
  const { error } = await run('SELECT 1', '--csv', '--output', 'json');
  expect(error?.message).toContain('Only one format is possible.');
});

it('query asks Athena to stop at Ctrl-C', async () => {
  athena.on(StopQueryExecutionCommand).resolves({});
  athena.on(GetQueryExecutionCommand).callsFake(() => {
    process.emit('SIGINT');
    return { QueryExecution: { Status: { State: 'RUNNING' } } };
  });
  expect((await run('SELECT 1')).error?.message).toMatch(/^The query was stopped/);
  expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
});

it('query puts the file of --with before the SQL, as a table', async () => {
  const file = join(folder, 'prices.csv');
  await writeFile(file, 'product,price\nKettle,39.9\n');
  await run('--with', `prices=${file}`, 'SELECT * FROM prices');
  expect(listStarted()[0]?.QueryString).toBe(
    `WITH prices ("product", "price") AS (VALUES ('Kettle', DOUBLE '39.9')) SELECT * FROM prices`,
  );
});

it.each([
  [['SELECT 1', '--xlsx'], /Name a file: --output answer.xlsx/],
  [['SELECT 1', '--csv', '--json'], /Use --json, --csv, --xlsx or --output/],
  [['SELECT 1', '--file', 'a.sql'], /name its file with --file/],
  [[], /Write the SQL as an argument/],
  [['SELECT 1', '--csv', '--locale', 'no locale'], /Use one such as de/],
  [['SELECT 1', '--with', 'prices.csv'], /--with prices=prices.csv/],
])('query %j is refused and says what to write', async (words, advice) => {
  expect((await run(...words)).error?.message).toMatch(advice);
});
