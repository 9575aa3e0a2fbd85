import type { FileOptions, Format } from '../../schemas/index.ts';
import type { ByteSource } from './bytes/byte-source.ts';
import type { Archive } from './bytes/zip.ts';
import { openDelimited } from './inspect/open-delimited.ts';
import { openJson, openJsonLines, openLines } from './inspect/open-json.ts';
import type { Table, TextFile } from './inspect/table.ts';
import { openParquet } from './parquet/open-parquet.ts';
import { openWorkbook } from './workbook/open-workbook.ts';

/** Opens files of one format: texts, or one kind of binary file that `openBytes` recognises. */
export type Reader =
  | { reads: 'text'; open: (file: TextFile, options: FileOptions) => Table }
  | {
      reads: 'xlsx';
      open: (name: string, archive: Archive, options: FileOptions) => Promise<Table>;
    }
  | { reads: 'parquet'; open: (name: string, source: ByteSource) => Promise<Table> };

/** The reader of each format. A format without a reader does not compile. */
export const READERS: Record<Format, Reader> = {
  jsonl: { reads: 'text', open: openJsonLines },
  json: { reads: 'text', open: (file, options) => openJson(file, options) ?? openJsonLines(file) },
  csv: { reads: 'text', open: openDelimited },
  tsv: { reads: 'text', open: openDelimited },
  text: { reads: 'text', open: openLines },
  xlsx: { reads: 'xlsx', open: openWorkbook },
  parquet: { reads: 'parquet', open: openParquet },
};
