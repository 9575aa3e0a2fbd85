import { type FileMetaData, parquetSchema, type RowGroup, type SchemaTree } from 'hyparquet';
import { UnreadableFileError } from '../file-error.ts';

/** Largest row group that is read, in bytes without compression. */
const MAX_ROW_GROUP_BYTES = 48 * 1024 * 1024;
/** Largest number of rows of a row group, and of values of one of its columns. */
const MAX_ROW_GROUP_VALUES = 4_000_000;

/**
 * Checks that the row groups have the columns of the schema, and fit in memory. The reader of the
 * columns relies on both.
 *
 * @throws {UnreadableFileError} if they have not, or do not.
 */
export function checkDirectory(name: string, metadata: FileMetaData): void {
  const schema = readSchema(metadata);
  const leaves = schema === undefined ? [] : listLeaves(schema);
  const names = schema?.children.map(({ element }) => element.name) ?? [];
  const is_sound =
    leaves.length > 0 && metadata.row_groups.every((group) => hasColumns(group, leaves));
  if (!is_sound) {
    throw new UnreadableFileError(
      `${name} is a Parquet file whose directory is damaged: its row groups do not have the columns of its schema.`,
      'Copy or download the file again, or export it as CSV.',
    );
  }
  const repeated = names.find((one, i) => names.indexOf(one) !== i);
  if (repeated !== undefined) {
    throw new UnreadableFileError(
      `${name} has two columns with the name ${repeated}.`,
      'Rename one of them, or export the file as CSV.',
    );
  }
  for (const group of metadata.row_groups) checkSize(name, group);
}

function readSchema(metadata: FileMetaData): SchemaTree | undefined {
  try {
    return parquetSchema(metadata);
  } catch {
    return undefined;
  }
}

function listLeaves({ children, path }: SchemaTree): string[] {
  return children.length === 0 ? [path.join('\n')] : children.flatMap(listLeaves);
}

function hasColumns({ columns, num_rows }: RowGroup, leaves: string[]): boolean {
  const is_same = (at: number) => columns[at]?.meta_data?.path_in_schema.join('\n') === leaves[at];
  return num_rows >= 0 && columns.length === leaves.length && leaves.every((_, at) => is_same(at));
}

function checkSize(name: string, { columns, num_rows, total_byte_size }: RowGroup): void {
  const chunks = columns.flatMap(({ meta_data = [] }) => meta_data);
  const unpacked = sum(chunks.map((chunk) => Number(chunk.total_uncompressed_size)));
  const packed = sum(chunks.map((chunk) => Number(chunk.total_compressed_size)));
  const bytes = Math.max(Number(total_byte_size), unpacked, packed);
  const values = Math.max(Number(num_rows), ...chunks.map((chunk) => Number(chunk.num_values)));
  const problem =
    bytes > MAX_ROW_GROUP_BYTES
      ? `of ${Math.ceil(bytes / 2 ** 20)} MiB; at most ${MAX_ROW_GROUP_BYTES / 2 ** 20} MiB are read`
      : `of ${values} rows or values in a column; at most ${MAX_ROW_GROUP_VALUES} are read`;
  if (bytes <= MAX_ROW_GROUP_BYTES && values <= MAX_ROW_GROUP_VALUES) return;
  throw new UnreadableFileError(
    `${name} has a row group ${problem}.`,
    'Write smaller row groups, for example with row_group_size=100_000, or export it as CSV.',
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
