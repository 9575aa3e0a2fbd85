import type { Format } from '../../schemas/index.ts';
import { createDelimitedReader } from './delimited.ts';
import { jsonlReader } from './jsonl.ts';
import type { RowReader } from './row.ts';

/** The reader of each format. */
export const READERS: Record<Format, RowReader> = {
  jsonl: jsonlReader,
  csv: createDelimitedReader(','),
  tsv: createDelimitedReader('\t'),
};
