import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { type ByteSource, readRange } from '../bytes/byte-source.ts';
import { UnreadableFileError } from '../file-error.ts';
import type { Table } from '../inspect/table.ts';
import { flatten } from '../json/parse.ts';
import type { Row } from '../row.ts';
import { checkDirectory } from './check-directory.ts';
import { convertRow, PARSERS } from './convert-row.ts';
import type { ParquetFile } from './keep-ranges.ts';
import { readGroup } from './read-group.ts';

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
  const file: ParquetFile = {
    byteLength: size,
    slice: async (start, end = size) => {
      const from = start < 0 ? size + start : start;
      return readRange(source, from, Math.min(end, size));
    },
  };
  const metadata = await readMetadata(name, file);
  checkDirectory(name, metadata);
  return {
    format: 'parquet',
    notes: [],
    readRows: (from) => readRows(file, metadata, from),
  };
}

async function readMetadata(name: string, file: ParquetFile): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(file, { parsers: PARSERS });
  } catch (error) {
    if ((error as { name?: string }).name === 'ServiceError') throw error;
    throw new UnreadableFileError(
      `${name} begins like a Parquet file, but its directory is damaged or cut off.`,
      'Copy or download the file again.',
      { cause: error },
    );
  }
}

async function* readRows(
  file: ParquetFile,
  metadata: FileMetaData,
  from: number,
): AsyncIterable<Row> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    if (end > from) {
      for await (const slice of readGroup(file, metadata, group, start)) {
        for (let at = Math.max(slice.start, from); at < slice.end; at += 1) {
          yield createRow(at, slice.rowAt?.(at));
        }
      }
    }
    start = end;
  }
}

function createRow(at: number, row: Record<string, unknown> | undefined): Row {
  const content =
    row === undefined ? { wrong: 'is in a damaged row group' } : flatten(convertRow(row));
  return {
    line: at + 1,
    end: at + 1,
    bytes: () =>
      Buffer.from(JSON.stringify('wrong' in content ? '' : [content.names, content.values])),
    read: () => content,
  };
}
