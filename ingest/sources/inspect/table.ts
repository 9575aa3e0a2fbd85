import type { Format } from '../../../schemas/index.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import type { RowReader } from '../row.ts';

/** A file whose rows can be read, before its columns have a meaning. */
export interface Table {
  format: Format;
  encoding?: string;
  delimiter?: string;
  header_line?: number;
  records?: string;
  member?: string;
  /** Names of all columns. Undefined if each row has names of its own, as in JSON. */
  columns?: readonly string[];
  notes: string[];
  readRows: RowReader;
}

/** A decoded text file with its first bytes, without a byte order mark. */
export interface TextFile {
  /** Name in messages, and the name whose ending decides in doubt. */
  name: string;
  source: ByteSource;
  /** Number of bytes of the byte order mark. */
  bom: number;
  head: Buffer;
  is_whole: boolean;
  encoding: string;
}
