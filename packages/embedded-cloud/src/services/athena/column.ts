/** The description of a result column in GetQueryResults. */
export interface ColumnInfo {
  CatalogName: string;
  SchemaName: string;
  TableName: string;
  Name: string;
  Label: string;
  Type: string;
  Precision: number;
  Scale: number;
  Nullable: 'UNKNOWN';
  CaseSensitive: boolean;
}

/** Precision that Athena reports for a text type without a maximum length. */
export const TEXT_PRECISION = 2_147_483_647;

/** Describes a text column for the results of SHOW and DESCRIBE. */
export function createTextColumn(name: string, type = 'string'): ColumnInfo {
  return createColumn(name, type, TEXT_PRECISION, 0);
}

export function createColumn(
  name: string,
  type: string,
  precision: number,
  scale: number,
): ColumnInfo {
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: type,
    Precision: precision,
    Scale: scale,
    Nullable: 'UNKNOWN',
    CaseSensitive: type === 'varchar' || type === 'string',
  };
}
