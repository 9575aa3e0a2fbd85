/** The fields of a row, or why it has none. */
export type RowContent = { fields: Record<string, unknown> } | { wrong: string };

/** One row of a file in any format. */
export type Row = {
  /** Line of the file, from 1. */
  line: number;
  bytes: Buffer;
  /** The byte offset of the next row, relative to the start of reading. */
  end: number;
} & RowContent;

/** A file, read from its start or from a later row. */
export interface RowSource {
  /** Opens the file at a byte offset. */
  open(from: number): AsyncIterable<Buffer>;
  /** The byte offset at which reading begins: 0, or the end of a row. */
  from: number;
}

/** Reads one format. It can start in the middle of a file. */
export interface RowReader {
  /** @param text_field the field or column that holds the text. */
  readRows(source: RowSource, text_field: string): AsyncIterable<Row>;
  /** Finds the end of each row that `readRows` would return, without parsing the content. */
  findRowEnds(source: RowSource): AsyncIterable<number>;
}
