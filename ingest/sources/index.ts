import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  type Issue,
  type RecordInput,
  recordSchema,
  translateIssues,
} from '../../schemas/index.ts';
import { readCsv } from './csv.ts';
import { readJsonl } from './jsonl.ts';
import type { Row } from './row.ts';

export const FORMATS = ['jsonl', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

const READERS: Record<
  Format,
  (source: AsyncIterable<Buffer>, text_field: string) => AsyncIterable<Row>
> = { jsonl: (source) => readJsonl(source), csv: readCsv };

/** One row of a file: a record, or bytes that are none and why. */
export type SourceItem =
  | { ok: true; line: number; bytes: Buffer; record: RecordInput & { record_id: string } }
  | { ok: false; line: number; bytes: Buffer; issues: Issue[] };

export interface ReadOptions {
  /** `-` reads standard input. */
  path: string;
  /** By the ending of the path where absent; `.gz` is unpacked. */
  format?: Format;
  /** The field or column that holds the text. */
  text_field?: string;
  /** For records that name none; the name of the file where absent. */
  source?: string;
  tenant?: string;
}

/**
 * The records of a file, row by row, in flat memory. A record without an id gets one from its place and its bytes: the
 * same file read again gives the same ids.
 *
 * @throws {Error} where the file can't be read.
 */
export async function* readRecords(options: ReadOptions): AsyncIterable<SourceItem> {
  const { path, text_field = 'text' } = options;
  const defaults = {
    source: options.source ?? sourceName(path),
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
  };
  const rows = READERS[options.format ?? formatOf(path)](await open(path), text_field);
  for await (const row of rows) yield item(row, defaults, text_field);
}

async function open(path: string): Promise<AsyncIterable<Buffer>> {
  if (path === '-') return process.stdin;
  await access(path, constants.R_OK);
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const unzipped = createGunzip();
  file.once('error', (error) => unzipped.destroy(error));
  return file.pipe(unzipped);
}

function formatOf(path: string): Format {
  return /\.csv(\.gz)?$/i.test(path) ? 'csv' : 'jsonl';
}

/** A file's name as a source: `My Reviews.csv` is `my-reviews`. */
function sourceName(path: string): string {
  if (path === '-') return 'stdin';
  const stem = basename(path).replace(/(\.(jsonl|ndjson|json|csv))?(\.gz)?$/i, '');
  const slug = stem
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '');
  return slug.slice(0, 64) || 'file';
}

function item(
  row: Row,
  defaults: { source: string; tenant?: string },
  text_field: string,
): SourceItem {
  const { line, bytes } = row;
  if ('wrong' in row) return { ok: false, line, bytes, issues: [{ path: '', message: row.wrong }] };
  const fields = { ...defaults, ...renamed(row.fields, text_field) };
  const record = { record_id: fileRecordId(fields, line, bytes), ...fields };
  const parsed = recordSchema.safeParse(record);
  if (parsed.success)
    return { ok: true, line, bytes, record: record as RecordInput & { record_id: string } };
  const issues = translateIssues(parsed.error).map(({ path, message }) => ({
    path: path === 'text' ? text_field : path,
    message,
  }));
  return { ok: false, line, bytes, issues };
}

function renamed(fields: Record<string, unknown>, text_field: string): Record<string, unknown> {
  if (text_field === 'text' || !(text_field in fields)) return fields;
  const { [text_field]: text, ...rest } = fields;
  return { ...rest, text };
}

function fileRecordId(fields: Record<string, unknown>, line: number, bytes: Buffer): string {
  const hash = createHash('sha256').update(`${fields.tenant ?? ''}\n${fields.source}\n${line}\n`);
  return `f-${hash.update(bytes).digest('hex').slice(0, 32)}`;
}
