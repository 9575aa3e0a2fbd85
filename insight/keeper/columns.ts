import { type GlueColumn, listCurrentColumns } from '../../schemas/glue.ts';

/** A column of the table `results`, with its type in the notation of Hive. */
export interface TableColumn extends GlueColumn {
  /** SQL that computes the column from a line of `results_raw`. */
  value: string;
}

/** Columns that a withdrawn record does not have. */
const WITHDRAWN_COLUMNS = new Set(['text', 'author', 'url', 'attributes']);

/** Returns the columns of the table `results`. They follow the schema of results. */
export function listTableColumns(): TableColumn[] {
  return listCurrentColumns().map((column) => ({ ...column, value: writeValue(column) }));
}

function writeValue({ name, type }: GlueColumn): string {
  if (type === 'date') return 'CAST(substr(first_created_at, 1, 10) AS date)';
  if (type === 'timestamp') return writeTime(name);
  return WITHDRAWN_COLUMNS.has(name) ? `CASE WHEN status <> 'withdrawn' THEN ${name} END` : name;
}

/** Iceberg stores times in microseconds, and Athena's `timestamp` has no zone. */
function writeTime(name: string): string {
  return `CAST(from_iso8601_timestamp(${name}) AT TIME ZONE 'UTC' AS timestamp(6))`;
}
