/** A column of an Athena view. */
interface ViewColumn {
  name: string;
  /** The name of a Trino type. */
  type: string;
}

/**
 * The text of a view as Athena writes it into Glue: base64 of JSON in a comment.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/views.html and `ViewReaderUtil` of Trino's Hive connector.
 */
export function prestoView(schema: string, originalSql: string, columns: ViewColumn[]): string {
  const definition = { originalSql, catalog: 'awsdatacatalog', schema, columns };
  return `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`;
}
