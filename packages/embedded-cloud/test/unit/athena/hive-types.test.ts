import { describe, expect, it } from 'vitest';
import { resultColumns } from '../../../../../schemas/glue.ts';
import { toDuckDbType } from '../../../src/services/athena/hive-types.ts';

describe('a Hive type', () => {
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
  ])('%s is %s', (hive, duckdb) => {
    expect(toDuckDbType(hive)).toBe(duckdb);
  });

  it('of every field of a result is known', () => {
    for (const { type } of resultColumns()) expect(toDuckDbType(type)).toMatch(/^[A-Z]/);
  });

  it.each(['text', 'array', 'int<string>', ''])('called %j is none', (type) => {
    expect(() => toDuckDbType(type)).toThrow('no Hive type');
  });
});
