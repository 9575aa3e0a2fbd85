import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { recordSchema } from '../../schemas/index.ts';
import type { Row } from './row.ts';

const RECORD_FIELDS = new Set(Object.keys(recordSchema.def.in.shape));
const NUMBERS = new Set(['record_version', 'job_index']);
const MAX_ROW_BYTES = 8 * 1024 * 1024;

interface Parsed {
  record: string[];
  info: { lines: number };
}

/**
 * CSV with a header row. Columns named as a record's fields are those; any other becomes an attribute, for CSV has no
 * nesting. Empty cells are absent fields. `line` is where the row ends.
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  text_field: string,
): AsyncIterable<Row> {
  const parser = Readable.from(source).pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_ROW_BYTES,
    }),
  );
  let columns: string[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<Parsed>) {
    if (columns === undefined) columns = record.map((name) => name.trim());
    else yield row(columns, record, info.lines, text_field);
  }
}

function row(columns: string[], cells: string[], line: number, text_field: string): Row {
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
