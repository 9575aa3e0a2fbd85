import type { FileOptions } from '../../../schemas/index.ts';
import { UnreadableFileError } from '../file-error.ts';
import { READERS } from '../readers.ts';
import type { OpenedBytes } from './open-bytes.ts';
import { openText } from './open-text.ts';
import type { Table } from './table.ts';

/**
 * Opens the table in a file that is unpacked.
 *
 * @throws {UnreadableFileError} if the file has another format than `options` say, or is damaged
 */
export async function openTable(
  name: string,
  opened: OpenedBytes,
  options: FileOptions,
): Promise<Table> {
  if (opened.kind === 'text') {
    const inner = opened.member ?? name;
    return openText(inner, opened.source, opened.head, options);
  }
  if (options.format !== undefined && options.format !== opened.kind) {
    throw new UnreadableFileError(
      `${name}: expected the format ${options.format}, got ${opened.kind}.`,
      'Name the format that the file has, or leave --format out.',
    );
  }
  const reader = READERS[opened.kind];
  if (reader.reads === 'parquet') return reader.open(name, opened.source);
  if (reader.reads === 'xlsx' && opened.kind === 'xlsx') {
    return reader.open(name, opened.archive, options);
  }
  throw new Error(`Expected a reader of ${opened.kind}, got one of ${reader.reads}`);
}
