import { type GlueColumn, listResultColumns } from '../../schemas/glue.ts';

/** A column of the table `results`, with its type in the notation of Hive. */
export interface TableColumn extends GlueColumn {
  /** SQL that computes the column from a line of `results_raw`. */
  value: string;
}

/** Columns that are text in the lines and times in the table. */
const TIMES = new Set(['created_at', 'arrived_at', 'processed_at', 'first_created_at']);
/** Columns that a withdrawn record does not have. */
const WITHDRAWN_COLUMNS = new Set(['text', 'author', 'url', 'attributes']);

const DAY: TableColumn = {
  name: 'day',
  type: 'date',
  comment: 'Day of first_created_at, in UTC. Conditions on it make queries read less.',
  value: 'CAST(substr(first_created_at, 1, 10) AS date)',
};

/** Returns the columns of the table `results`. They follow the schema of results. */
export function listTableColumns(): TableColumn[] {
  return [DAY, ...listResultColumns().map(toTableColumn)];
}

function toTableColumn(column: GlueColumn): TableColumn {
  const { name } = column;
  if (TIMES.has(name)) return { ...column, type: 'timestamp', value: writeTime(name) };
  if (!WITHDRAWN_COLUMNS.has(name)) return { ...column, value: name };
  return { ...column, value: `CASE WHEN status <> 'withdrawn' THEN ${name} END` };
}

/** Iceberg stores times in microseconds, and Athena's `timestamp` has no zone. */
function writeTime(name: string): string {
  return `CAST(from_iso8601_timestamp(${name}) AT TIME ZONE 'UTC' AS timestamp(6))`;
}
