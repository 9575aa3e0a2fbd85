import { quoteIdentifier } from '../catalog.ts';
import type { PartitionField } from './statement.ts';

/**
 * Builds the SQL expression that names the partition of a row. Rows of one partition have the same
 * name. All rows of a table without partitions have the empty name.
 */
export function buildPartitionSql(fields: PartitionField[]): string {
  if (fields.length === 0) return "''";
  const parts = fields.map((field) => `coalesce(CAST(${buildFieldSql(field)} AS VARCHAR), 'null')`);
  return `concat_ws('/', ${parts.join(', ')})`;
}

/** Source: https://iceberg.apache.org/spec/#partition-transforms */
function buildFieldSql({ transform, column, argument = 1 }: PartitionField): string {
  const name = quoteIdentifier(column);
  switch (transform) {
    case 'identity':
      return name;
    case 'bucket':
      return `hash(${name}) % ${argument}`;
    case 'truncate':
      return `left(CAST(${name} AS VARCHAR), ${argument})`;
    default:
      return `date_trunc('${transform}', ${name})`;
  }
}

/** Writes a partition field as it stands in PARTITIONED BY. */
export function writeField({ transform, column, argument }: PartitionField): string {
  if (transform === 'identity') return column;
  return `${transform}(${argument === undefined ? '' : `${argument}, `}${column})`;
}
