import { type DecodedArray, type FileMetaData, parquetRead, type RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { PARSERS } from './convert-row.ts';
import { keepRanges, type ParquetFile } from './keep-ranges.ts';

/** Rows that are in memory together. */
export interface RowSlice {
  start: number;
  end: number;
  /** Returns the row at a position. Absent if the data of the rows is damaged. */
  rowAt?: (at: number) => Record<string, unknown>;
}

const SLICE_VALUES = 2_000_000;

/**
 * Reads a row group in slices, and a slice column by column, so that neither the number of rows nor
 * the number of columns decides how much memory is needed.
 *
 * @param first is the position of the first row of the group.
 * @param slice_values is the number of values that are in memory together. A row has one for each
 * of its columns.
 */
export async function* readGroup(
  file: ParquetFile,
  metadata: FileMetaData,
  group: RowGroup,
  first: number,
  slice_values = SLICE_VALUES,
): AsyncIterable<RowSlice> {
  const rows = Number(group.num_rows);
  const values = group.columns.reduce((sum, one) => sum + Number(one.meta_data?.num_values), 0);
  const slices = Math.max(1, Math.ceil(values / slice_values));
  const step = Math.max(1, Math.ceil(rows / slices));
  const kept = keepRanges(file, group, slices > 1);
  const names = [...new Set(group.columns.map((one) => one.meta_data?.path_in_schema[0] ?? ''))];
  for (let start = first; start < first + rows; start += step) {
    const end = Math.min(start + step, first + rows);
    const columns = await readColumns(kept, metadata, names, { start, end });
    yield columns === undefined
      ? { start, end }
      : { start, end, rowAt: (at) => pickRow(names, columns, at - start) };
  }
}

type Range = Pick<RowSlice, 'start' | 'end'>;

/** Reads the values of the rows, a list for each column. Returns undefined if they are damaged. */
async function readColumns(
  file: ParquetFile,
  metadata: FileMetaData,
  names: string[],
  range: Range,
): Promise<unknown[][] | undefined> {
  const columns: unknown[][] = [];
  try {
    for (const name of names) columns.push(await readColumn(file, metadata, name, range));
  } catch (error) {
    if ((error as { name?: string }).name === 'ServiceError') throw error;
    return undefined;
  }
  return columns;
}

async function readColumn(
  file: ParquetFile,
  metadata: FileMetaData,
  name: string,
  { start, end }: Range,
): Promise<unknown[]> {
  const values: unknown[] = [];
  await parquetRead({
    ...{ file, metadata, columns: [name], rowStart: start, rowEnd: end },
    ...{ compressors, parsers: PARSERS },
    onChunk: ({ columnData, rowStart }) => copy(columnData, rowStart - start, values, end - start),
  });
  return values;
}

/** Copies those values of a page that belong to the slice. */
function copy(from: DecodedArray, at: number, to: unknown[], length: number): void {
  for (let i = Math.max(0, -at); i < from.length && at + i < length; i += 1) to[at + i] = from[i];
}

function pickRow(names: string[], columns: unknown[][], at: number): Record<string, unknown> {
  return Object.fromEntries(names.map((name, i) => [name, columns[i]?.[at]]));
}
