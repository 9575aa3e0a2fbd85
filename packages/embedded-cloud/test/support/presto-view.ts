/** A column of an Athena view. */
interface ViewColumn {
  name: string;
  /** Name of a Trino type, for example `varchar` */
  type: string;
}

/**
 * Returns the text of a view in the format in which Athena stores views in Glue. The text is an SQL
 * comment that contains a JSON document in base64.
 * Sources: https://docs.aws.amazon.com/athena/latest/ug/views.html and the class `ViewReaderUtil`
 * of Trino's Hive connector
 */
export function prestoView(schema: string, originalSql: string, columns: ViewColumn[]): string {
  const definition = { originalSql, catalog: 'awsdatacatalog', schema, columns };
  return `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`;
}
