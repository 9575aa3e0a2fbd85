import { detectFormat, type FileOptions } from '../../../schemas/index.ts';
import { chooseDialect } from '../delimited/choose-dialect.ts';
import { findHeader, readSample, type SampleRow } from '../delimited/find-header.ts';
import { createDelimitedReader } from '../delimited/read-rows.ts';
import type { Dialect } from '../delimited/scan-row.ts';
import { UnreadableFileError } from '../file-error.ts';
import { isUsualName } from '../mapping/names.ts';
import { findName } from '../mapping/targets.ts';
import type { Table, TextFile } from './table.ts';

/** `sep=;`, which Excel reads and writes before the header. */
const SEP_LINE = /^"?sep=([^\r\n\w])"?(\r\n|\n|\r)/i;

/**
 * Opens a file with delimited cells.
 *
 * @throws {UnreadableFileError} if the file has no header.
 */
export function openDelimited(file: TextFile, options: FileOptions): Table {
  const { head, is_whole, source, bom, name } = file;
  const sep = SEP_LINE.exec(head.toString('latin1', 0, 16));
  const skipped = sep?.[0].length ?? 0;
  const preferred = detectFormat(name) === 'tsv' ? '\t' : ',';
  const rest = head.subarray(skipped);
  const given =
    options.delimiter ??
    sep?.[1] ??
    (options.format === 'tsv' ? '\t' : undefined) ??
    (hasOneColumn(rest) ? preferred : undefined);
  const dialect = chooseDialect(rest, is_whole, { ...options, delimiter: given }, preferred);
  const rows = readSample(head, is_whole, skipped, dialect);
  const first_line = sep === null ? 1 : 2;
  const header = options.columns === undefined ? chooseHeader(name, rows, options) : undefined;
  const columns = (options.columns ?? header?.row.cells ?? []).map((cell) => cell.trim());
  const start =
    header === undefined
      ? { offset: bom + skipped, line: first_line }
      : { offset: bom + header.row.end, line: header.row.next_line + first_line - 1 };
  const delimiter = String.fromCharCode(dialect.delimiter);
  return {
    format: delimiter === '\t' ? 'tsv' : 'csv',
    delimiter,
    ...(header === undefined ? {} : { header_line: header.row.line + first_line - 1 }),
    columns,
    notes: [...describePreamble(header), ...describeQuotes(rows, dialect)],
    readRows: createDelimitedReader(source, { dialect, columns, start }),
  };
}

/** Returns whether the first line is one usual name, so that signs in the texts below separate nothing. */
function hasOneColumn(head: Buffer): boolean {
  const [line = ''] = head
    .toString('utf8', 0, 200)
    .trimStart()
    .split(/[\r\n]/, 1);
  return !/[,;\t|]/.test(line) && isUsualName(line.replaceAll('"', ''));
}

interface Header {
  row: SampleRow;
  /** Number of rows before the header. */
  preamble: number;
}

function chooseHeader(name: string, rows: SampleRow[], options: FileOptions): Header {
  const { text_field, id_field, time_field, language_field, map = {} } = options;
  const named = [text_field ?? 'text', id_field, time_field, language_field, ...Object.values(map)];
  const expected = named.filter((one) => one !== undefined);
  const isWanted = (cell: string) => findName(expected, cell) !== undefined || isUsualName(cell);
  const found = findHeader(rows, isWanted);
  const row = found === undefined ? undefined : rows[found];
  if (row !== undefined) return { row, preamble: found ?? 0 };
  const width = rows[0]?.cells.length ?? 0;
  throw new UnreadableFileError(
    `${name}: line 1 is not a header with names of columns, such as text.`,
    width <= 1
      ? 'If each line is a text, use --format text. If the delimiter is unusual, use --delimiter.'
      : `Name its ${width} columns: --columns ${exampleColumns(width)}. If line 1 is the header, name the column of the text with --text-field.`,
  );
}

function exampleColumns(width: number): string {
  const names = Array.from({ length: Math.min(width, 6) }, (_, i) => `c${i + 1}`);
  return [...names.slice(0, -1), 'text', ...(width > 6 ? ['…'] : [])].join(',');
}

function describePreamble(header: Header | undefined): string[] {
  if (header === undefined || header.preamble === 0) return [];
  return [`The header is in line ${header.row.line}; the lines before it are skipped.`];
}

/** Notes that cells seem to be quoted in another way than the dialect says. */
function describeQuotes(rows: SampleRow[], { quote }: Dialect): string[] {
  if (quote !== 0x22) return [];
  const quoted = rows.slice(1).filter(({ cells }) => cells.some((cell) => /^'.*'$/s.test(cell)));
  return quoted.length > 0 && quoted.length >= (rows.length - 1) / 2
    ? ['Cells seem to have single quotes around them: use --quote "\'".']
    : [];
}
