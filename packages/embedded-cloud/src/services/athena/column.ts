/** A column of a result as GetQueryResults describes it. */
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

/** Of a text without a length. */
export const TEXT_PRECISION = 2_147_483_647;

/** A column of SHOW and DESCRIBE. */
export function textColumn(name: string, type = 'string'): ColumnInfo {
  return columnOf(name, type, TEXT_PRECISION, 0);
}

/** A column of any type. */
export function columnOf(name: string, type: string, precision: number, scale: number): ColumnInfo {
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
