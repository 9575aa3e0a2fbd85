import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { recordSchema } from '../../schemas/index.ts';
import type { Row, RowContent } from './row.ts';

const RECORD_FIELDS = new Set(Object.keys(recordSchema.def.in.shape));
const NUMBERS = new Set(['record_version', 'job_index']);
const MAX_ROW_BYTES = 8 * 1024 * 1024;

interface Parsed {
  record: string[];
  info: { lines: number; bytes: number };
}

/**
 * CSV with a header row. Columns named as a record's fields are those; any other becomes an attribute, for CSV has no
 * nesting. Empty cells are absent fields. `line` is where the row ends.
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  text_field: string,
  /** Of a source that begins behind the header. */
  known_columns?: string[],
): AsyncIterable<Row> {
  let columns = known_columns;
  for await (const { record, info } of parsed(source, known_columns === undefined)) {
    if (columns === undefined) columns = columnsOf(record);
    else yield { end: info.bytes, ...row(columns, record, info.lines, text_field) };
  }
}

/** The columns that the header names; undefined of an empty file. */
export async function csvColumns(source: AsyncIterable<Buffer>): Promise<string[] | undefined> {
  for await (const { record } of parsed(source)) return columnsOf(record);
  return undefined;
}

/** Where every row ends, whatever it says: what counting takes. */
export async function* csvEnds(
  source: AsyncIterable<Buffer>,
  has_header: boolean,
): AsyncIterable<number> {
  let is_header = has_header;
  for await (const { info } of parsed(source, has_header)) {
    if (!is_header) yield info.bytes;
    is_header = false;
  }
}

function parsed(source: AsyncIterable<Buffer>, is_start = true): AsyncIterable<Parsed> {
  const bytes = Readable.from(source);
  const parser = parse({
    bom: is_start,
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  // pipe() leaves both ends open where one of them fails, or is not read to its end.
  bytes.once('error', (error) => parser.destroy(error));
  parser.once('close', () => bytes.destroy());
  return bytes.pipe(parser);
}

function columnsOf(record: string[]): string[] {
  return record.map((name) => name.trim());
}

function row(
  columns: string[],
  cells: string[],
  line: number,
  text_field: string,
): Omit<Row, 'end'> & RowContent {
  const bytes = Buffer.from(JSON.stringify(cells));
  if (cells.length !== columns.length) {
    return { line, bytes, wrong: `has ${cells.length} columns, the header has ${columns.length}` };
  }
  const fields: Record<string, unknown> = {};
  const attributes: Record<string, string> = {};
  columns.forEach((name, i) => {
    const cell = cells[i]!;
    if (cell === '') return;
    if (name === text_field || RECORD_FIELDS.has(name)) fields[name] = typed(name, cell);
    else attributes[attributeName(name)] = cell;
  });
  if (Object.keys(attributes).length > 0) fields.attributes = attributes;
  return { line, bytes, fields };
}

function typed(name: string, cell: string): unknown {
  if (NUMBERS.has(name) && /^\d+$/.test(cell)) return Number(cell);
  if (name === 'deleted' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return cell;
}

/** Attribute names are plain; headers of spreadsheets are not. */
function attributeName(header: string): string {
  return header.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 64) || '_';
}
