import { DamagedDataError } from '../file-error.ts';
import type { SampledColumn } from '../mapping/names.ts';
import type { Table } from './table.ts';

/** The first rows of a file, by column. */
export interface Sample {
  columns: SampledColumn[];
  /** Number of rows that could be read. */
  rows: number;
}

const MAX_ROWS = 100;
const MAX_BYTES = 1024 * 1024;
const MAX_COLUMNS = 1_000;
/** Number of characters of a value that proposals look at. */
const MAX_LENGTH = 300;

/** Reads the first rows of a table, up to 100 rows or 1 MiB. */
export async function readColumns(table: Table): Promise<Sample> {
  const columns = new Map<string, SampledColumn>();
  for (const name of table.columns ?? []) columns.set(name, { name, values: [], filled: 0 });
  let rows = 0;
  let seen = 0;
  try {
    for await (const row of table.readRows(0)) {
      const content = row.read();
      if (!('wrong' in content)) {
        rows += 1;
        for (const [i, name] of content.names.entries()) addValue(columns, name, content.values[i]);
      }
      seen += 1;
      if (seen >= MAX_ROWS || row.end > MAX_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedDataError)) throw error;
  }
  return { columns: [...columns.values()], rows };
}

function addValue(columns: Map<string, SampledColumn>, name: string, value: unknown): void {
  const column = columns.get(name) ?? { name, values: [], filled: 0 };
  if (columns.size < MAX_COLUMNS) columns.set(name, column);
  if (value === null || value === undefined || value === '') return;
  column.values.push(typeof value === 'string' ? value.slice(0, MAX_LENGTH) : value);
  column.filled += 1;
}
