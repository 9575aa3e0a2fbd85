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

/** A file, or the rest of one from a row on. */
export interface RowSource {
  /** The bytes from an offset on. */
  open(from: number): AsyncIterable<Buffer>;
  /** Where reading begins: 0, or the end of a row. */
  from: number;
}

/** Reads one format, also from the middle of a file. */
export interface RowReader {
  /** @param text_field the field or column that holds the text. */
  readRows(source: RowSource, text_field: string): AsyncIterable<Row>;
  /** Where each row ends: the same rows as `readRows` gives, without parsing what they contain. */
  findRowEnds(source: RowSource): AsyncIterable<number>;
}
