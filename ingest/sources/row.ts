/** What a row says, or why it says nothing. */
export type RowContent = { fields: Record<string, unknown> } | { wrong: string };

/** One row of a file, whatever its format: its fields, or why it has none. */
export type Row = {
  /** Line of the file, from 1. */
  line: number;
  bytes: Buffer;
  /** Where the next row begins, in bytes of the source. */
  end: number;
} & RowContent;
