import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addOwnTables, readOwnTable } from '../../../../cli/query/own-table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-table-'));
});
afterAll(() => rm(folder, { recursive: true }));
async function read(name: string, content: string) {
  const path = join(folder, name);
  await writeFile(path, content);
  return readOwnTable(`prices=${path}`);
}

it('a CSV file of any delimiter becomes a named query of its values, with types', async () => {
  const table = await read(
    'a.csv',
    "SKU;Preis (€);Größe;seit;PLZ;leer\nK-1;19;1.5;2026-01-31;01067;\nO'Neil;;2;2026-02-01;80331;\n",
  );
  expect(table.columns).toEqual(['sku', 'preis', 'grosse', 'seit', 'plz', 'leer']);
  expect(addOwnTables('SELECT * FROM prices', [table])).toBe(
    'WITH prices ("sku", "preis", "grosse", "seit", "plz", "leer") AS (VALUES ' +
      "('K-1', BIGINT '19', DOUBLE '1.5', DATE '2026-01-31', '01067', CAST(NULL AS varchar)), " +
      "('O''Neil', NULL, DOUBLE '2', DATE '2026-02-01', '80331', CAST(NULL AS varchar))) SELECT * FROM prices",
  );
});

it('a query with named queries of its own keeps them, and its comments', async () => {
  const table = await read('b.csv', 'a,b\n1,x\n');
  expect(addOwnTables('-- mine\nWITH x AS (SELECT 1) SELECT * FROM x, prices', [table])).toBe(
    `-- mine\nWITH prices ("a", "b") AS (VALUES (BIGINT '1', 'x')), x AS (SELECT 1) SELECT * FROM x, prices`,
  );
  expect(addOwnTables('with recursive x AS (SELECT 1) SELECT 1', [table])).toMatch(
    /^WITH recursive prices .*, x AS/,
  );
  expect(addOwnTables('SELECT 1', [])).toBe('SELECT 1');
});

it('a file of one column has a header too', async () => {
  const { columns, rows } = await read('one.csv', 'sku\nK-1\nK-2\n');
  expect({ columns, rows }).toEqual({ columns: ['sku'], rows: [['K-1'], ['K-2']] });
});

it('names of columns that are equal, empty or start with a digit become different words', async () => {
  const { columns } = await read('c.json', '[{"Größe":1,"Grosse":2,"2026":3,"€":4}]');
  expect(columns).toEqual(['column_2026', 'grosse', 'grosse_3', 'column_4']);
});

it('an option of another form, a table without rows and a table that is too long are refused', async () => {
  await expect(readOwnTable('prices.csv')).rejects.toThrow(/--with prices=prices.csv/);
  await expect(read('d.csv', 'a,b\n')).rejects.toThrow(/has no rows/);
  const long = await read('e.csv', 'a,b\n'.padEnd(300_000, `1,${'y'.repeat(100)}\n`));
  expect(() => addOwnTables('SELECT 1', [long])).toThrow(/Athena takes 262144/);
});
