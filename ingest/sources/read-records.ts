import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type FileOptions,
  type Issue,
  type RecordInput,
  withoutFormatEnding,
} from '../../schemas/index.ts';
import { openFile } from './bytes/open-file.ts';
import { type InspectedFile, inspectFile } from './inspect/inspect-file.ts';
import { type Adjustment, toRecord } from './mapping/to-record.ts';
import type { Row } from './row.ts';

/**
 * One row of a file. A valid row has a record. An invalid row has the issues that explain why the
 * row is refused.
 */
export type SourceItem =
  | {
      ok: true;
      line: number;
      bytes: Buffer;
      record: RecordInput & { record_id: string };
      adjustments: Adjustment[];
      /** Present if the row has no id, so that its id is derived from its place and content. */
      is_id_derived?: true;
    }
  | { ok: false; line: number; bytes: Buffer; issues: Issue[] };

export interface ReadOptions extends FileOptions {
  /** Path of the file. The path `-` stands for standard input. */
  path: string;
  /**
   * Value of `source` for the records that have no `source` of their own. By default, the value is
   * derived from the file name.
   */
  source?: string;
  /** Tenant of the records that do not name a tenant. */
  tenant?: string;
}

/** A file that was looked at, and its records. */
export interface RecordFile extends InspectedFile {
  /**
   * Reads the records row by row. The memory in use does not grow with the size of the file. A
   * record without an id gets an id that is derived from its tenant, source, line number and bytes,
   * so reading the same file again gives the same ids.
   */
  readRecords(): AsyncIterable<SourceItem>;
}

/**
 * Opens a file of records in any format that has a reader.
 *
 * @throws {UnreadableFileError} if the file is no table, or its columns are unclear. The message
 * says what to do.
 */
export async function openRecords(options: ReadOptions): Promise<RecordFile> {
  const { path, tenant, source: given, ...file_options } = options;
  const file = await openFile(path);
  const inspected = await inspectFile(file, file_options);
  const source = given ?? sourceName(path);
  const { targets, readDate, readRows } = inspected;
  let is_id_derived = false;
  const deriveId: typeof fileRecordId = (row, fields) => {
    is_id_derived = true;
    return fileRecordId(row, fields);
  };
  const defaults = { targets, readDate, source, tenant, deriveId };
  return {
    ...inspected,
    async *readRecords() {
      for await (const row of readRows(0)) {
        is_id_derived = false;
        const outcome = toRecord(row, defaults);
        const derived = is_id_derived && outcome.ok ? ({ is_id_derived: true } as const) : {};
        yield { line: row.line, bytes: row.bytes(), ...outcome, ...derived };
      }
    },
  };
}

/** Opens a file and reads its records. */
export async function* readRecords(options: ReadOptions): AsyncIterable<SourceItem> {
  const { readRecords: read } = await openRecords(options);
  yield* read();
}

/** Derives the name of a source from a path. For example, `My Reviews.csv` becomes `my-reviews`. */
function sourceName(path: string): string {
  if (path === '-') return 'stdin';
  const slug = withoutFormatEnding(basename(path))
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '');
  return slug.slice(0, 64) || 'file';
}

function fileRecordId(row: Row, fields: { source: string; tenant?: string | undefined }): string {
  const place = `${fields.tenant ?? ''}\n${fields.source}\n${row.line}\n`;
  return `f-${createHash('sha256').update(place).update(row.bytes()).digest('hex').slice(0, 32)}`;
}
