import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type ByteSource, readRange } from './bytes/byte-source.ts';
import { UnreadableFileError } from './file-error.ts';
import type { Table } from './inspect/table.ts';
import { flatten } from './json/parse.ts';
import type { Row } from './row.ts';

/** Largest row group that is read, in bytes without compression. A row group is read as a whole. */
const MAX_ROW_GROUP_BYTES = 128 * 1024 * 1024;

/**
 * Opens a Parquet file. Its rows are read by row group. Positions are numbers of rows.
 *
 * @throws {UnreadableFileError} if the file is damaged, comes from standard input, or has too large
 * row groups.
 */
export async function openParquet(name: string, source: ByteSource): Promise<Table> {
  const { size } = source;
  if (size === undefined) {
    throw new UnreadableFileError(
      `${name} is a Parquet file, whose directory is at its end.`,
      'Name the unpacked file instead of using standard input or an archive.',
    );
  }
  const file = {
    byteLength: size,
    slice: async (start: number, end = size) => {
      const from = start < 0 ? size + start : start;
      return toArrayBuffer(await readRange(source, from, Math.min(end, size)));
    },
  };
  const metadata = await readMetadata(name, file);
  checkRowGroups(name, metadata);
  return {
    format: 'parquet',
    notes: [],
    readRows: (from) => readRows(file, metadata, from),
  };
}

type AsyncBuffer = Parameters<typeof parquetMetadataAsync>[0];

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

async function readMetadata(name: string, file: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(file);
  } catch (error) {
    if ((error as { name?: string }).name === 'ServiceError') throw error;
    throw new UnreadableFileError(
      `${name} begins like a Parquet file, but its directory is damaged or cut off.`,
      'Copy or download the file again.',
      { cause: error },
    );
  }
}

function checkRowGroups(name: string, { row_groups }: FileMetaData): void {
  const largest = Math.max(0, ...row_groups.map((group) => Number(group.total_byte_size)));
  if (largest <= MAX_ROW_GROUP_BYTES) return;
  throw new UnreadableFileError(
    `${name} has a row group of ${Math.ceil(largest / 2 ** 20)} MiB; at most ${MAX_ROW_GROUP_BYTES / 2 ** 20} MiB are read.`,
    'Write smaller row groups, for example with row_group_size=100_000, or export it as CSV.',
  );
}

async function* readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  from: number,
): AsyncIterable<Row> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    if (end > from) yield* readGroup(file, metadata, Math.max(start, from), end);
    start = end;
  }
}

async function* readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  start: number,
  end: number,
): AsyncIterable<Row> {
  let rows: Record<string, unknown>[];
  try {
    rows = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd: end, compressors });
  } catch (error) {
    if ((error as { name?: string }).name === 'ServiceError') throw error;
    rows = [];
  }
  for (let at = start; at < end; at += 1) {
    const row = rows[at - start];
    const content =
      row === undefined ? { wrong: 'is in a damaged row group' } : flatten(convert(row));
    yield {
      line: at + 1,
      end: at + 1,
      bytes: () =>
        Buffer.from(JSON.stringify('wrong' in content ? '' : [content.names, content.values])),
      read: () => content,
    };
  }
}

/** Converts the values that JSON does not have: dates, large integers and bytes. */
function convert(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, convertValue(value)]),
  );
}

function convertValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return convert(value as Record<string, unknown>);
}
