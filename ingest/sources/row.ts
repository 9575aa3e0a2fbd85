/** The fields of a row, or the reason why the row is invalid. */
export type RowContent = { fields: Record<string, unknown> } | { wrong: string };

/** One row of a file in any format. */
export type Row = {
  /** The number of the line in the file, counted from 1. */
  line: number;
  bytes: Buffer;
  /** The byte offset of the next row, counted from the offset at which reading began. */
  end: number;
} & RowContent;

/** A file, and the offset at which reading begins. */
export interface RowSource {
  /** Opens the file and reads its bytes, starting at a byte offset. */
  open(from: number): AsyncIterable<Buffer>;
  /** The byte offset at which reading begins. The offset is 0 or the end of a row. */
  from: number;
}

/** Reads files of one format. Reading can begin in the middle of a file. */
export interface RowReader {
  /**
   * Reads the rows of a file.
   *
   * @param text_field the name of the field or column that holds the text.
   */
  readRows(source: RowSource, text_field: string): AsyncIterable<Row>;
  /**
   * Finds the end of each row that `readRows` would return, without converting the row to fields.
   */
  findRowEnds(source: RowSource): AsyncIterable<number>;
}
