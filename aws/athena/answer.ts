import type { GetQueryResultsCommandOutput } from '@aws-sdk/client-athena';

/**
 * The answer of a query. Numbers and booleans are converted to JavaScript values. Values of all
 * other types are strings, in the notation of Athena.
 */
export interface QueryAnswer {
  columns: string[];
  /** Athena's name of the type of each column, such as `varchar`, `date` or `row`. */
  types: string[];
  rows: Record<string, QueryValue>[];
}
export type QueryValue = string | number | boolean | null;

interface Column {
  name: string;
  type: string | undefined;
}

/** Adds the rows of one page of results to an answer. */
export function addPage(
  answer: QueryAnswer,
  { ResultSet }: GetQueryResultsCommandOutput,
  is_first: boolean,
): void {
  const columns = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(
    ({ Name = '', Type }): Column => ({ name: Name, type: Type }),
  );
  const rows = (ResultSet?.Rows ?? []).map(
    (row) => row.Data?.map((cell) => cell.VarCharValue) ?? [],
  );
  answer.columns = columns.map(({ name }) => name);
  answer.types = columns.map(({ type = '' }) => type);
  // The first row of the first page of a SELECT repeats the column names.
  const has_header = is_first && columns.every(({ name }, i) => rows[0]?.[i] === name);
  for (const row of has_header ? rows.slice(1) : rows) {
    const cells = splitCells(row, columns.length);
    answer.rows.push(
      Object.fromEntries(columns.map(({ name, type }, i) => [name, convert(cells[i], type)])),
    );
  }
}

/**
 * Splits a row of a DESCRIBE query into cells, because Athena returns such a row as one cell with
 * tabs between the columns.
 */
function splitCells(cells: (string | undefined)[], columns: number): (string | undefined)[] {
  if (cells.length !== 1 || columns === 1) return cells;
  return cells[0]?.split('\t').map((cell) => cell.trim()) ?? [];
}

const NUMBERS = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'double', 'float', 'real']);

function convert(value: string | undefined, type: string | undefined): QueryValue {
  if (value === undefined) return null;
  if (type === 'boolean') return value === 'true';
  return type !== undefined && NUMBERS.has(type) ? Number(value) : value;
}
