import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { type ColumnInfo, createColumn, TEXT_PRECISION } from './column.ts';

/**
 * Trino's type name and precision for each DuckDB type. HUGEINT becomes `bigint`, because a sum of
 * integers is a HUGEINT in DuckDB and a `bigint` in Trino.
 */
const TYPES: Partial<Record<DuckDBTypeId, [string, number]>> = {
  [DuckDBTypeId.BOOLEAN]: ['boolean', 0],
  [DuckDBTypeId.TINYINT]: ['tinyint', 3],
  [DuckDBTypeId.SMALLINT]: ['smallint', 5],
  [DuckDBTypeId.INTEGER]: ['integer', 10],
  [DuckDBTypeId.BIGINT]: ['bigint', 19],
  [DuckDBTypeId.HUGEINT]: ['bigint', 19],
  [DuckDBTypeId.UTINYINT]: ['smallint', 5],
  [DuckDBTypeId.USMALLINT]: ['integer', 10],
  [DuckDBTypeId.UINTEGER]: ['bigint', 19],
  [DuckDBTypeId.UBIGINT]: ['bigint', 19],
  [DuckDBTypeId.UHUGEINT]: ['bigint', 19],
  [DuckDBTypeId.FLOAT]: ['float', 17],
  [DuckDBTypeId.DOUBLE]: ['double', 17],
  [DuckDBTypeId.DATE]: ['date', 0],
  [DuckDBTypeId.TIME]: ['time', 3],
  [DuckDBTypeId.TIMESTAMP]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_S]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_MS]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_NS]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_TZ]: ['timestamp with time zone', 3],
  [DuckDBTypeId.INTERVAL]: ['interval day to second', 0],
  [DuckDBTypeId.BLOB]: ['varbinary', 1_073_741_824],
  [DuckDBTypeId.LIST]: ['array', 0],
  [DuckDBTypeId.ARRAY]: ['array', 0],
  [DuckDBTypeId.STRUCT]: ['row', 0],
  [DuckDBTypeId.MAP]: ['map', 0],
  [DuckDBTypeId.SQLNULL]: ['unknown', 0],
};

/** Describes a result column of DuckDB in the format of Athena. */
export function describeColumn(name: string, type: DuckDBType): ColumnInfo {
  if (type.typeId === DuckDBTypeId.DECIMAL)
    return createColumn(name, 'decimal', type.width, type.scale);
  if (type.alias === 'JSON') return createColumn(name, 'json', TEXT_PRECISION, 0);
  const [trino, precision] = TYPES[type.typeId] ?? ['varchar', TEXT_PRECISION];
  return createColumn(name, trino, precision, 0);
}
