import type { RowGroup } from 'hyparquet';

/** The bytes of a Parquet file, as the reader of its columns takes them. */
export interface ParquetFile {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Row groups up to this size are read with one request. */
const SMALL_BYTES = 8 * 1024 * 1024;

/**
 * Returns a view of the file that reads the bytes of a row group once. A small row group is read with
 * one request for all of its columns. The columns of a larger one are kept only if they are read
 * several times.
 */
export function keepRanges(file: ParquetFile, group: RowGroup, is_repeated: boolean): ParquetFile {
  const ranges = group.columns.map((column) => findRange(column.meta_data));
  const start = Math.min(...ranges.map((range) => range.start));
  const end = Math.max(...ranges.map((range) => range.end));
  const kept = new Map<string, Promise<ArrayBuffer>>();
  const read = (from: number, to: number) => {
    const key = `${from}-${to}`;
    const bytes = kept.get(key) ?? file.slice(from, to);
    kept.set(key, bytes);
    return bytes;
  };
  const is_small = end - start <= SMALL_BYTES;
  return {
    byteLength: file.byteLength,
    async slice(from, to = file.byteLength) {
      if (is_small && start <= from && to <= end) {
        return (await read(start, end)).slice(from - start, to - start);
      }
      return is_repeated ? read(from, to) : file.slice(from, to);
    },
  };
}

function findRange(chunk: RowGroup['columns'][number]['meta_data']) {
  const start = Number(chunk?.dictionary_page_offset || chunk?.data_page_offset);
  return { start, end: start + Number(chunk?.total_compressed_size) };
}
