import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { recordSchema } from '../../schemas/index.ts';
import type { Row, RowContent, RowReader, RowSource } from './row.ts';

const RECORD_FIELDS = new Set(Object.keys(recordSchema.def.in.shape));
const NUMBERS = new Set(['record_version', 'job_index']);
const MAX_ROW_BYTES = 8 * 1024 * 1024;

interface ParsedRow {
  record: string[];
  info: { lines: number; bytes: number };
}

/**
 * Creates a reader of files with delimited cells, such as CSV. Cells may be quoted, and the first
 * row is the header. If a column has the name of a record field, its cells fill the record field.
 * The cells of any other column become an attribute. An empty cell counts as an absent field.
 * `line` is the number of the line on which the row ends.
 */
export function createDelimitedReader(delimiter: string): RowReader {
  return {
    async *readRows(source, text_field) {
      let columns = source.from === 0 ? undefined : await readColumns(source, delimiter);
      for await (const { record, info } of parseRows(source, delimiter)) {
        if (columns === undefined) columns = columnsOf(record);
        else yield { end: info.bytes, ...readRow(columns, record, info.lines, text_field) };
      }
    },
    async *findRowEnds(source) {
      let is_header = source.from === 0;
      for await (const { info } of parseRows(source, delimiter)) {
        if (!is_header) yield info.bytes;
        is_header = false;
      }
    },
  };
}

/**
 * Reads the names of the columns from the start of the file, for a reader that starts in the middle
 * of the file. Returns no names for an empty file.
 */
async function readColumns({ open }: RowSource, delimiter: string): Promise<string[]> {
  for await (const { record } of parseRows({ open, from: 0 }, delimiter)) return columnsOf(record);
  return [];
}

function columnsOf(header: string[]): string[] {
  return header.map((name) => name.trim());
}

/** Parses the rows from the offset `from` to the end of the file. The header counts as a row. */
function parseRows({ open, from }: RowSource, delimiter: string): AsyncIterable<ParsedRow> {
  const bytes = Readable.from(open(from));
  const parser = parse({
    delimiter,
    bom: from === 0,
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  // If one stream fails, or if the caller stops reading early, pipe() does not close the other
  // stream. The two handlers close the other stream.
  bytes.once('error', (error) => parser.destroy(error));
  parser.once('close', () => bytes.destroy());
  return bytes.pipe(parser);
}

function readRow(
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
  for (const [i, name] of columns.entries()) {
    const cell = cells[i] ?? '';
    if (cell === '') continue;
    if (name === text_field || RECORD_FIELDS.has(name)) fields[name] = parseCell(name, cell);
    else attributes[attributeName(name)] = cell;
  }
  if (Object.keys(attributes).length > 0) fields.attributes = attributes;
  return { line, bytes, fields };
}

/**
 * Converts the cell of a numeric or boolean field to a number or a boolean. An invalid cell stays a
 * string, and the record schema then refuses the record.
 */
function parseCell(name: string, cell: string): unknown {
  if (NUMBERS.has(name) && /^\d+$/.test(cell)) return Number(cell);
  if (name === 'deleted' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return cell;
}

/**
 * Converts a column header to an attribute name. Characters that attribute names do not allow
 * become `_`, and the name is cut to 64 characters.
 */
function attributeName(header: string): string {
  return header.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 64) || '_';
}
