import { detectFormat, type Format, withoutFormatEnding } from '../../../schemas/formats.ts';

/** How a file will probably be read. The job itself looks at more of it (docs/files.md). */
export interface InspectedFile {
  format: Format | undefined;
  /** Names of the columns or fields, if the beginning of the file shows them. */
  columns: string[];
  /** The column that looks like the text; empty to let the job find it. */
  text_field: string;
  /** The first lines, if the file is no binary one. */
  sample: string | undefined;
  /** A source name made of the name of the file. */
  source: string;
}

/** Size of the beginning of a file that is read, in bytes. */
const HEAD_BYTES = 64 * 1024;
const SAMPLE_LINES = 4;
const SAMPLE_CHARACTERS = 200;
const PACKED = /\.(gz|zip|zst)$/i;
const BINARY: ReadonlySet<string> = new Set(['xlsx', 'parquet']);
/** Names of columns that have the text, the likeliest first. */
const TEXT_NAMES = ['text', 'review', 'comment', 'body', 'message', 'content', 'feedback'];

/** Looks at the name and the beginning of a file. Nothing is sent. */
export async function inspectFile(file: File): Promise<InspectedFile> {
  const is_readable = !PACKED.test(file.name) && !BINARY.has(detectFormat(file.name) ?? '');
  const head = is_readable ? await file.slice(0, HEAD_BYTES).text() : '';
  return inspectHead(file.name, head);
}

/** Says how a file with this name and beginning will probably be read. */
export function inspectHead(name: string, head: string): InspectedFile {
  const format = detectFormat(name) ?? (head === '' ? undefined : sniffFormat(head));
  const columns = format === undefined ? [] : listColumns(format, head);
  const lines = head.split(/\r?\n/).slice(0, SAMPLE_LINES);
  return {
    format,
    columns,
    text_field: findTextColumn(columns),
    sample:
      head === '' ? undefined : lines.map((line) => line.slice(0, SAMPLE_CHARACTERS)).join('\n'),
    source: nameSource(name),
  };
}

function sniffFormat(head: string): Format {
  const start = head.trimStart().charAt(0);
  if (start === '[') return 'json';
  if (start === '{') return 'jsonl';
  const [header = ''] = head.split(/\r?\n/, 1);
  if (header.includes('\t')) return 'tsv';
  return header.includes(',') || header.includes(';') ? 'csv' : 'text';
}

function listColumns(format: Format, head: string): string[] {
  const [line = ''] = head.replace(/^\ufeff/, '').split(/\r?\n/, 1);
  if (format === 'tsv') return splitHeader(line, '\t');
  if (format === 'csv')
    return splitHeader(line, line.split(';').length > line.split(',').length ? ';' : ',');
  return [];
}

/** Splits a header line at the separators that stand outside of quotation marks. */
function splitHeader(line: string, separator: string): string[] {
  const cells: string[] = [''];
  let is_quoted = false;
  for (const character of line) {
    if (character === '"') is_quoted = !is_quoted;
    else if (character === separator && !is_quoted) cells.push('');
    else cells.push(`${cells.pop()}${character}`);
  }
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
}

function findTextColumn(columns: string[]): string {
  for (const name of TEXT_NAMES) {
    const found = columns.find((column) => column.toLowerCase() === name);
    if (found !== undefined) return found;
  }
  return '';
}

/** A source may have letters, digits, dots, underscores and hyphens. */
function nameSource(name: string): string {
  const slug = withoutFormatEnding(name)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '_')
    .replace(/^[^a-z0-9]+|_+$/g, '')
    .slice(0, 64);
  return slug === '' ? 'upload' : slug;
}
