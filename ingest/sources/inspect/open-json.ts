import type { FileOptions } from '../../../schemas/index.ts';
import { UnreadableFileError } from '../file-error.ts';
import { chooseJsonShape, type JsonShape } from '../json/choose-layout.ts';
import { parseRow } from '../json/parse.ts';
import { parseText } from '../json/parse-text.ts';
import { createLinesReader } from '../json/read-lines.ts';
import { createJsonReader } from '../json/read-values.ts';
import type { Table, TextFile } from './table.ts';

/**
 * Opens a JSON file. Returns undefined if the file does not begin as JSON.
 *
 * @throws {UnreadableFileError} if the file holds no rows that a reader could find.
 */
export function openJson(file: TextFile, options: FileOptions): Table | undefined {
  const { head, is_whole, name } = file;
  const shape = chooseJsonShape(head, is_whole, options.records);
  if (
    shape === undefined &&
    options.records !== undefined &&
    /^\s*[{[]/.test(head.toString('latin1', 0, 99))
  ) {
    throw new UnreadableFileError(
      `${name} has no array of objects at ${options.records} in its first 64 KiB.`,
      'Name the path of the array with --records, or extract it: jq -c ".PATH[]".',
    );
  }
  if (shape === undefined) return undefined;
  refuseShape(name, shape);
  return openShape(file, shape);
}

function refuseShape(name: string, { kind }: JsonShape): void {
  if (kind === 'columns') {
    throw new UnreadableFileError(
      `${name} is a table by columns, as pandas writes it by default.`,
      "Write it by records: to_json(orient='records', lines=True).",
    );
  }
  if (kind === 'python') {
    throw new UnreadableFileError(
      `${name} holds Python literals with single quotes, which are not JSON.`,
      'Write each record with json.dumps.',
    );
  }
}

function openShape(file: TextFile, shape: JsonShape): Table {
  if (shape.kind === 'array' || shape.kind === 'sequence') {
    const { source, bom, head } = file;
    const line = head.subarray(0, shape.start).filter((byte) => byte === 0x0a).length + 1;
    const start = { offset: bom + shape.start, line };
    const is_array = shape.kind === 'array';
    const records = shape.kind === 'array' && shape.path !== '' ? { records: shape.path } : {};
    return {
      format: 'json',
      notes: [],
      ...records,
      readRows: createJsonReader(source, { is_array, start }),
    };
  }
  return openJsonLines(file);
}

/** Opens a file with one JSON object on each line. */
export function openJsonLines(file: TextFile): Table {
  return { format: 'jsonl', notes: [], readRows: createReader(file, parseRow) };
}

/** Opens a file with one text on each line. */
export function openLines(file: TextFile): Table {
  return {
    format: 'text',
    columns: TEXT_COLUMNS,
    notes: [],
    readRows: createReader(file, parseText),
  };
}

const TEXT_COLUMNS = ['text'];

function createReader({ source, bom, head }: TextFile, parse: typeof parseRow) {
  const ends_at_cr = !head.includes(0x0a) && head.includes(0x0d);
  return createLinesReader(source, { ends_at_cr, start: bom, parse });
}
