import type { ColumnInfo } from './column.ts';

/** The result of a query, with all values formatted as strings. */
export interface EngineResult {
  columns: ColumnInfo[];
  /** Rows of the result. A null value is represented by undefined. */
  rows: (string | undefined)[][];
  /** Estimated number of scanned bytes. */
  scanned_bytes: number;
  /** The number of rows that a statement wrote. */
  update_count?: number;
}

/** An error that ends a query before its result is known. */
export interface QueryLimits {
  signal: AbortSignal;
  /** Largest number of bytes that the query may scan. */
  most_scanned_bytes?: number | undefined;
}
