import type { aws_glue as glue } from 'aws-cdk-lib';
import { type GlueColumn, listCurrentColumns } from '../../schemas/glue.ts';
import { createView } from './history-view.ts';

/** A typed map of the attributes of a record, with the SQL that reads an attribute `v`. */
interface TypedMap extends GlueColumn {
  sql: string;
}

/**
 * Times begin with a whole date, so that a number is no year. `from_iso8601_timestamp` needs a T before the
 * time of day, and takes a time without a zone as UTC.
 */
const MAPS: TypedMap[] = [
  {
    name: 'numbers',
    type: 'map<string,double>',
    comment: 'The attributes as numbers. An attribute that is no number is null.',
    sql: 'TRY_CAST(v AS double)',
  },
  {
    name: 'times',
    type: 'map<string,timestamp>',
    comment:
      'The attributes as times in UTC. An attribute that is no ISO 8601 date or time is null.',
    sql:
      String.raw`CASE WHEN regexp_like(v, '^\d{4}-\d{2}-\d{2}([T ]\d|$)') ` +
      `THEN TRY(CAST(from_iso8601_timestamp(replace(v, ' ', 'T')) AT TIME ZONE 'UTC' AS timestamp(6))) END`,
  },
];

/**
 * Defines the view `results_typed`: the columns of the table `results`, and its attributes as maps of
 * numbers and of times. The columns are named, because a view that selects all becomes stale when the
 * keeper adds a column. The maps are computed only if a query names them.
 */
export function createTypedView(database: string): glue.CfnTable.TableInputProperty {
  const columns = listCurrentColumns();
  const maps = MAPS.map(
    ({ name, sql }) => `transform_values(attributes, (k, v) -> ${sql}) AS ${name}`,
  );
  const list = [...columns.map(({ name }) => name), ...maps];
  return createView(database, {
    name: 'results_typed',
    description: 'The table results, with its attributes as numbers and as times.',
    columns: [...columns, ...MAPS.map(({ sql: _, ...column }) => column)],
    sql: `SELECT ${list.join(', ')} FROM ${database}.results`,
  });
}
