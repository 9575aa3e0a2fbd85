import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type Format,
  type Issue,
  type RecordInput,
  recordSchema,
  translateIssues,
  withoutFormatEnding,
} from '../../schemas/index.ts';
import { chooseFormat } from './choose-format.ts';
import { openFile } from './open-file.ts';
import { READERS } from './readers.ts';
import type { Row } from './row.ts';

/**
 * One row of a file. A valid row has a record. An invalid row has the issues that explain why the
 * row is invalid.
 */
export type SourceItem =
  | { ok: true; line: number; bytes: Buffer; record: RecordInput & { record_id: string } }
  | { ok: false; line: number; bytes: Buffer; issues: Issue[] };

export interface ReadOptions {
  /** Path of the file. The path `-` stands for standard input. */
  path: string;
  /**
   * Format of the file. By default, the ending of the path determines the format. A file whose path
   * ends with `.gz` is unzipped.
   */
  format?: Format;
  /** Name of the field or column that holds the text. Default `text`. */
  text_field?: string;
  /**
   * Value of `source` for the records that have no `source` of their own. By default, the value is
   * derived from the file name.
   */
  source?: string;
  /** Tenant of the records that do not name a tenant. */
  tenant?: string;
}

interface Defaults {
  source: string;
  tenant?: string;
}

/**
 * Reads the records of a file row by row. The memory in use does not grow with the size of the
 * file. A record without an id gets an id that is derived from its tenant, source, line number and
 * bytes, so reading the same file again gives the same ids.
 *
 * @throws {Error} if the file cannot be read, or if its format is unknown.
 */
export async function* readRecords(options: ReadOptions): AsyncIterable<SourceItem> {
  const { path, text_field = 'text', tenant } = options;
  const reader = READERS[chooseFormat(path, options.format)];
  const source = options.source ?? sourceName(path);
  const defaults = { source, ...(tenant === undefined ? {} : { tenant }) };
  const bytes = await openFile(path);
  for await (const row of reader.readRows({ open: () => bytes, from: 0 }, text_field)) {
    yield readItem(row, defaults, text_field);
  }
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

function readItem(row: Row, defaults: Defaults, text_field: string): SourceItem {
  const { line, bytes } = row;
  if ('wrong' in row) return { ok: false, line, bytes, issues: [{ path: '', message: row.wrong }] };
  const fields = { ...defaults, ...renameTextField(row.fields, text_field) };
  const record = { record_id: fileRecordId(fields, line, bytes), ...fields };
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) {
    return { ok: true, line, bytes, record: record as RecordInput & { record_id: string } };
  }
  const issues = translateIssues(parsed.error).map(({ path, message }) => ({
    path: path === 'text' ? text_field : path,
    message,
  }));
  return { ok: false, line, bytes, issues };
}

function renameTextField(
  fields: Record<string, unknown>,
  text_field: string,
): Record<string, unknown> {
  if (text_field === 'text' || !(text_field in fields)) return fields;
  const { [text_field]: text, ...rest } = fields;
  return { ...rest, text };
}

function fileRecordId(fields: Record<string, unknown>, line: number, bytes: Buffer): string {
  const hash = createHash('sha256').update(`${fields.tenant ?? ''}\n${fields.source}\n${line}\n`);
  return `f-${hash.update(bytes).digest('hex').slice(0, 32)}`;
}
