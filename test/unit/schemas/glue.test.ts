import { expect, it } from 'vitest';
import { listResultColumns } from '../../../schemas/glue.ts';
import { resultSchema } from '../../../schemas/index.ts';

it('the lake has a column for each field of a result, of the type that holds every value', () => {
  const columns = listResultColumns();
  expect(columns.map(({ name }) => name)).toEqual(Object.keys(resultSchema.shape));
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  expect(types).toMatchObject({
    schema_version: 'bigint',
    record_id: 'string',
    record_version: 'bigint',
    analysis_run: 'bigint',
    score: 'double',
    scores: 'struct<positive:double,negative:double,neutral:double,mixed:double>',
    analyzer: 'struct<name:string,version:string>',
    chunks: 'bigint',
    text_bytes: 'bigint',
    attributes: 'map<string,string>',
    job_index: 'bigint',
    created_at: 'string',
  });
});
