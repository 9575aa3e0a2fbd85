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
 * Reads rows of cells, which may be quoted, below a header row. A column named like a field of a record fills that
 * field; any other column becomes an attribute. Empty cells are absent fields. `line` is the line on which a row ends.
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

/** Reads the header, for a reader that starts in the middle of the file. An empty file has no columns. */
async function readColumns({ open }: RowSource, delimiter: string): Promise<string[]> {
  for await (const { record } of parseRows({ open, from: 0 }, delimiter)) return columnsOf(record);
  return [];
}

function columnsOf(header: string[]): string[] {
  return header.map((name) => name.trim());
}

/** Parses all rows, including the header. */
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
  // pipe() leaves both ends open when one of them fails, or when the reader stops early.
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

/** Converts the cells of numeric and boolean fields. An invalid cell stays a string, which the schema refuses. */
function parseCell(name: string, cell: string): unknown {
  if (NUMBERS.has(name) && /^\d+$/.test(cell)) return Number(cell);
  if (name === 'deleted' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return cell;
}

/** Converts a column header to an attribute name, which allows fewer characters. */
function attributeName(header: string): string {
  return header.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 64) || '_';
}
