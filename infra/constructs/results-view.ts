import type { aws_glue as glue } from 'aws-cdk-lib';
import type { GlueColumn } from '../../schemas/glue.ts';

/**
 * The view `results`: one row per record version. The lake holds a repeat wherever a batch was delivered twice, the
 * earliest of which counts, and one line for each replay, the last of which counts. The SQL is Trino's as Athena runs it, and DuckDB's.
 *
 * Glue keeps an Athena view as base64 of JSON in a comment.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/views.html and Trino's hive connector, `ViewReaderUtil`.
 */
export function resultsView(
  database: string,
  columns: GlueColumn[],
): glue.CfnTable.TableInputProperty {
  const names = columns.map((column) => column.name).join(', ');
  const originalSql = `SELECT ${names} FROM (SELECT *, row_number() OVER (PARTITION BY tenant, record_id, record_version ORDER BY COALESCE(analysis_run, 0) DESC, processed_at) AS delivery FROM ${database}.results_raw) AS deliveries WHERE delivery = 1`;
  const definition = {
    originalSql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map(({ name, type }) => ({ name, type: trinoType(type) })),
  };
  return {
    name: 'results',
    description: 'Results, one row per record version.',
    tableType: 'VIRTUAL_VIEW',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storageDescriptor: { columns, serdeInfo: {} },
  };
}

/** Trino's name of a Hive type. */
export function trinoType(hive: string): string {
  if (hive === 'string') return 'varchar';
  if (hive === 'int') return 'integer';
  const struct = /^struct<(.*)>$/.exec(hive)?.[1];
  if (struct !== undefined) {
    const members = struct.split(',').map((member) => {
      const [name, type] = member.split(':') as [string, string];
      return `"${name}" ${trinoType(type)}`;
    });
    return `row(${members.join(', ')})`;
  }
  const map = /^map<string,(.*)>$/.exec(hive)?.[1];
  return map === undefined ? hive : `map(varchar, ${trinoType(map)})`;
}
