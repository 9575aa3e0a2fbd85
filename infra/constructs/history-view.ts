import type { aws_glue as glue } from 'aws-cdk-lib';
import type { GlueColumn } from '../../schemas/glue.ts';

/**
 * Library with which Athena reads the lines of the table `results_raw`. AWS warns that the other
 * library, OpenX, may return wrong rows. OpenX also makes the names of attributes lower-case.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
 */
export const RESULTS_SERDE = 'org.apache.hive.hcatalog.data.JsonSerDe';

/**
 * Defines the view `results_history`, which shows all versions and analyses of a record that
 * `results_raw` still has. Each is one row for each hour in which its lines arrived. The hour is one
 * of the columns of the window function, because Athena reads only some of the hours if a condition
 * on `hour` stands before the window function, and only a condition on such a column moves there.
 */
export function createHistoryView(
  database: string,
  columns: GlueColumn[],
): glue.CfnTable.TableInputProperty {
  const names = columns.map((column) => column.name).join(', ');
  const order =
    'PARTITION BY hour, tenant, source, record_id, record_version, text_hash, status, analysis_run ORDER BY processed_at';
  const deliveries = `SELECT *, row_number() OVER (${order}) AS delivery FROM ${database}.results_raw`;
  const sql = `SELECT ${names} FROM (${deliveries}) AS deliveries WHERE delivery = 1`;
  const description = 'Versions and analyses of each record, by the hour in which they arrived.';
  return createView(database, { name: 'results_history', description, columns, sql });
}

/**
 * Defines a view. In Glue, the text of an Athena view is an SQL comment that contains a JSON object
 * in base64.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/views.html and Trino's hive connector,
 * `ViewReaderUtil`.
 */
export function createView(
  database: string,
  view: { name: string; description: string; columns: GlueColumn[]; sql: string },
): glue.CfnTable.TableInputProperty {
  const { name, description, columns } = view;
  const definition = {
    originalSql: view.sql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map(({ name, type }) => ({ name, type: toTrinoType(type) })),
  };
  return {
    name,
    description,
    tableType: 'VIRTUAL_VIEW',
    // Athena needs the list, also if it is empty.
    // Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-glue-table-tableinput.html
    partitionKeys: [],
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storageDescriptor: { columns, serdeInfo: {} },
  };
}

/** Translates the name of a Hive type into the name of the Trino type. */
function toTrinoType(hive: string): string {
  if (hive === 'string') return 'varchar';
  if (hive === 'int') return 'integer';
  // Times in an Iceberg table have microseconds.
  if (hive === 'timestamp') return 'timestamp(6)';
  const struct = /^struct<(.*)>$/.exec(hive)?.[1];
  if (struct !== undefined) {
    const members = struct.split(',').map((member) => {
      const [name, type] = member.split(':') as [string, string];
      return `"${name}" ${toTrinoType(type)}`;
    });
    return `row(${members.join(', ')})`;
  }
  const list = /^array<(.*)>$/.exec(hive)?.[1];
  if (list !== undefined) return `array(${toTrinoType(list)})`;
  const map = /^map<string,(.*)>$/.exec(hive)?.[1];
  return map === undefined ? hive : `map(varchar, ${toTrinoType(map)})`;
}
