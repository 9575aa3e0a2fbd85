import type { aws_glue as glue } from 'aws-cdk-lib';
import type { GlueColumn } from '../../schemas/glue.ts';

/**
 * Defines the view `results`, which has one row per record version. The lake can hold several lines for one version:
 * one per replay, and duplicates if a batch was delivered twice. The view takes the latest replay, and its earliest
 * line. The SQL runs on Athena (Trino) and on DuckDB.
 *
 * Glue stores an Athena view as base64 of JSON in a comment.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/views.html and Trino's hive connector, `ViewReaderUtil`.
 */
export function createResultsView(
  database: string,
  columns: GlueColumn[],
): glue.CfnTable.TableInputProperty {
  const names = columns.map((column) => column.name).join(', ');
  const order =
    'PARTITION BY tenant, record_id, record_version ORDER BY COALESCE(analysis_run, 0) DESC, processed_at';
  const deliveries = `SELECT *, row_number() OVER (${order}) AS delivery FROM ${database}.results_raw`;
  const originalSql = `SELECT ${names} FROM (${deliveries}) AS deliveries WHERE delivery = 1`;
  const definition = {
    originalSql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map(({ name, type }) => ({ name, type: toTrinoType(type) })),
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

/** Translates a Hive type into Trino's. */
function toTrinoType(hive: string): string {
  if (hive === 'string') return 'varchar';
  if (hive === 'int') return 'integer';
  const struct = /^struct<(.*)>$/.exec(hive)?.[1];
  if (struct !== undefined) {
    const members = struct.split(',').map((member) => {
      const [name, type] = member.split(':') as [string, string];
      return `"${name}" ${toTrinoType(type)}`;
    });
    return `row(${members.join(', ')})`;
  }
  const map = /^map<string,(.*)>$/.exec(hive)?.[1];
  return map === undefined ? hive : `map(varchar, ${toTrinoType(map)})`;
}
