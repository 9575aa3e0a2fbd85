/** What a format reads: fields, or what is wrong with them. */
export type Row = { line: number; bytes: Buffer } & (
  | { fields: Record<string, unknown> }
  | { wrong: string }
);
