import { expect, it } from 'vitest';
import { toDuckDbType } from '../../../src/services/athena/hive-types.ts';

it.each([
  ['string', 'VARCHAR'],
  ['varchar(10)', 'VARCHAR'],
  ['decimal(10,2)', 'DECIMAL(10,2)'],
  ['array<array<int>>', 'INTEGER[][]'],
  ['map<string,array<double>>', 'MAP(VARCHAR, DOUBLE[])'],
  [
    'struct<a:struct<b:decimal(5,2),c:map<string,int>>,d:array<string>>',
    'STRUCT("a" STRUCT("b" DECIMAL(5,2), "c" MAP(VARCHAR, INTEGER)), "d" VARCHAR[])',
  ],
])('the Hive type %s becomes the DuckDB type %s', (hive, duckdb) => {
  expect(toDuckDbType(hive)).toBe(duckdb);
});

it.each(['text', 'array', 'int<string>', ''])(
  'toDuckDbType refuses the unknown type %j',
  (type) => {
    expect(() => toDuckDbType(type)).toThrow('Unknown Hive type');
  },
);
