/**
 * The content of a row: names of columns with their values. Names of nested values are paths such as
 * `user.name`. A value is a string, a number, a boolean or null, or a list or an object that fits no
 * field. Rows of a table share one array of names. If the row is not readable, `wrong` says why, without quoting the row.
 */
export type RowContent =
  | { names: readonly string[]; values: readonly unknown[] }
  | { wrong: string };

/** The position behind a row that stands for everything that is missing. Nothing follows it. */
export const END_OF_FILE = Number.MAX_SAFE_INTEGER;

/** One row of a file in any format. */
export interface Row {
  /** The number of the row's first line in the file, counted from 1. */
  line: number;
  /**
   * The position of the next row, at which {@link RowReader} can resume. The position is a byte
   * offset in the unpacked UTF-8 text of the file, or a number of rows if the format has no text.
   */
  end: number;
  /** Returns the bytes of the row. For formats without text, the values of the row as JSON. */
  bytes(): Buffer;
  /** Reads the values of the row. Counting rows does not call this method. */
  read(): RowContent;
}

/** Reads the rows of one file. Reading begins at the start, or at the end of any row. */
export type RowReader = (from: number) => AsyncIterable<Row>;
