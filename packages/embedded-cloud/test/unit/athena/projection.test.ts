import { expect, it } from 'vitest';
import type { GlueTable } from '../../../src/services/athena/catalog.ts';
import { readLayout } from '../../../src/services/athena/projection.ts';

const NOW = Date.UTC(2026, 10, 23, 10);

function table(keys: string[], parameters: Record<string, string>): GlueTable {
  return {
    database: 'd',
    name: 't',
    table_type: 'EXTERNAL_TABLE',
    columns: [],
    partition_keys: keys.map((name) => ({ name, type: 'string' })),
    location: 's3://lake/raw',
    parameters: { 'projection.enabled': 'true', ...parameters },
  };
}
/** Returns the partition values in a path, or undefined if a query would not read the path. */
function values(of: GlueTable, path: string): string[] | undefined {
  const layout = readLayout(of);
  const found = new RegExp(`^${layout.pattern}`).exec(path)?.slice(1);
  return found && layout.includes(found, NOW) ? found : undefined;
}

it('an integer projection includes values within its range and with its digits', () => {
  const of = table(['n'], {
    'projection.n.type': 'integer',
    'projection.n.range': '1,12',
    'projection.n.digits': '2',
  });
  expect(values(of, 'n=01/x.gz')).toEqual(['01']);
  expect(values(of, 'n=12/deeper/x.gz')).toEqual(['12']);
  for (const path of ['n=1/x', 'n=13/x', 'n=ab/x', 'm=01/x', 'x']) {
    expect(values(of, path)).toBeUndefined();
  }
});

it('an enum projection includes its values only', () => {
  const of = table(['s'], { 'projection.s.type': 'enum', 'projection.s.values': 'web, app' });
  expect(values(of, 's=app/x')).toEqual(['app']);
  expect(values(of, 's=other/x')).toBeUndefined();
});

it('a date projection reads formats with slashes and ranges that end with NOW', () => {
  const of = table(['datehour'], {
    'projection.datehour.type': 'date',
    'projection.datehour.format': 'yyyy/MM/dd/HH',
    'projection.datehour.range': 'NOW-2DAYS,NOW',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena replaces these placeholders.
    'storage.location.template': 's3://lake/fire/${datehour}/',
  });
  expect(readLayout(of)).toMatchObject({ bucket: 'lake', folder: 'fire' });
  expect(values(of, '2026/11/23/10/x.gz')).toEqual(['2026/11/23/10']);
  expect(values(of, '2026/11/21/10/x.gz')).toEqual(['2026/11/21/10']);
  expect(values(of, '2026/11/21/09/x.gz')).toBeUndefined();
  expect(values(of, '2026/11/23/11/x.gz')).toBeUndefined();
});

it.each([
  ['2026-01-01,NOW+1MONTHS', '2026-12-20'],
  ['NOW-3YEARS,2026-11-23', '2023-11-24'],
])('a date projection with the range %s includes %s', (range, day) => {
  const of = table(['day'], { 'projection.day.type': 'date', 'projection.day.range': range });
  expect(values(of, `day=${day}/x`)).toEqual([day]);
  expect(values(of, 'day=2031-01-01/x')).toBeUndefined();
});

it('a table without projection includes every Hive partition', () => {
  const of = { ...table(['a', 'b'], {}), parameters: {} };
  expect(readLayout(of)).toMatchObject({ bucket: 'lake', folder: 'raw', keys: ['a', 'b'] });
  expect(values(of, 'a=1/b=x y/file.json')).toEqual(['1', 'x y']);
});
