import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { writeParquet } from '@aurastream/embedded-cloud/testing';
import { writeWorkbook } from '../support/workbook.ts';

/** A file that is written for a measurement of memory. */
export interface LargeFile {
  name: string;
  /** Most memory that a process may need to read the file. */
  limit_mib: number;
  /** True if the file is larger than what is read, so that it must be refused. */
  is_refused?: boolean;
  /** Writes the file. Text formats have the given number of bytes before they are packed. */
  write(path: string, bytes: number): Promise<void>;
}

const FLAT_MIB = 256;
const TABLE_MIB = 512;
/** Most rows of a sheet, with its header. */
const SHEET_ROWS = 1_048_576;

export const LARGE_FILES: readonly LargeFile[] = [
  text('a.csv', 'csv'),
  text('a.csv.gz', 'csv'),
  text('a.jsonl', 'jsonl'),
  text('a.json', 'json'),
  workbook('a.xlsx', 115),
  { ...workbook('too-many-texts.xlsx', 135), is_refused: true },
  // Row groups as DuckDB writes them, then the largest ones that are read, then larger ones.
  parquet('a.parquet', { rows: 4_000_000, in_group: 122_880, columns: 3 }),
  parquet('large-groups.parquet', { rows: 2_000_000, in_group: 430_000, columns: 3 }),
  parquet('wide.parquet', { rows: 1_000_000, in_group: 190_000, columns: 30 }),
  {
    ...parquet('too-large-groups.parquet', { rows: 2_000_000, in_group: 2_000_000, columns: 3 }),
    is_refused: true,
  },
];

function text(name: string, format: 'csv' | 'jsonl' | 'json'): LargeFile {
  return {
    name,
    limit_mib: FLAT_MIB,
    async write(path, bytes) {
      const lines = Readable.from(writeLines(format, bytes));
      const file = createWriteStream(path);
      if (name.endsWith('.gz')) await pipeline(lines, createGzip({ level: 1 }), file);
      else await pipeline(lines, file);
    },
  };
}

function* writeLines(format: string, bytes: number): Iterable<string> {
  let written = 0;
  if (format === 'csv') yield 'id,text\n';
  if (format === 'json') yield '[\n';
  for (let i = 0; written < bytes; i += 1000) {
    const chunk = Array.from({ length: 1000 }, (_, n) => formatRow(format, i + n)).join('');
    written += chunk.length;
    yield chunk;
  }
  if (format === 'json') yield '{"text":"last"}]\n';
}

function formatRow(format: string, id: number): string {
  const text = `Review number ${id}, "quoted" and long enough ${'x'.repeat(80)}`;
  if (format === 'csv') return `${id},"${text.replaceAll('"', '""')}"\n`;
  const json = JSON.stringify({ id, text });
  return format === 'json' ? `${json},\n` : `${json}\n`;
}

/** A sheet with as many rows as a workbook can have, whose texts are all distinct. */
function workbook(name: string, characters: number): LargeFile {
  return {
    name,
    limit_mib: TABLE_MIB,
    async write(path) {
      const rows = Array.from({ length: SHEET_ROWS - 1 }, (_, id) => [
        id,
        `Review number ${id} `.padEnd(characters, 'x'),
      ]);
      await writeFile(path, writeWorkbook({ Reviews: [['id', 'text'], ...rows] }));
    },
  };
}

function parquet(
  name: string,
  { rows, in_group, columns }: { rows: number; in_group: number; columns: number },
): LargeFile {
  const text = `'Review number ' || i || ' and long enough ' || md5(i::VARCHAR) || md5((i + 1)::VARCHAR)`;
  const others = Array.from({ length: columns - 2 }, (_, n) => `(i * ${n + 1}) % 1000 AS c${n}`);
  const select = `SELECT i AS id, ${text} AS text, ${others.join(', ')} FROM range(${rows}) t(i)`;
  return {
    name,
    limit_mib: TABLE_MIB,
    write: (path) => writeParquet(path, select, in_group),
  };
}
