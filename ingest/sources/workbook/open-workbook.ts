import type { FileOptions } from '../../../schemas/index.ts';
import type { Archive } from '../bytes/zip.ts';
import { findHeader } from '../delimited/find-header.ts';
import { DamagedDataError, UnreadableFileError } from '../file-error.ts';
import type { Table } from '../inspect/table.ts';
import { isUsualName } from '../mapping/names.ts';
import { findName } from '../mapping/targets.ts';
import type { Row } from '../row.ts';
import { readWorkbook, type Sheet, type Workbook } from './read-parts.ts';
import { readSheet, type SheetRow } from './read-sheet.ts';

/**
 * Opens a sheet of an Excel workbook. Positions are numbers of rows, and resuming reads the sheet
 * from its start.
 *
 * @throws {UnreadableFileError} if the workbook is damaged, or its sheet has no header.
 */
export async function openWorkbook(
  name: string,
  archive: Archive,
  options: FileOptions,
): Promise<Table> {
  try {
    const workbook = await readWorkbook(name, archive);
    const sheet = chooseSheet(name, workbook, options.member);
    const others = workbook.sheets.filter((one) => one !== sheet && !one.is_hidden);
    const first_rows = await readFirstRows(archive, sheet, workbook);
    const header = chooseHeader(name, first_rows, options);
    const columns = header === undefined ? (options.columns ?? []) : header.cells;
    const after = header?.line ?? 0;
    return {
      format: 'xlsx',
      member: sheet.name,
      ...(header === undefined ? {} : { header_line: header.line }),
      columns: columns.map((cell) => cell.trim()),
      notes: describeOthers(sheet, others),
      readRows: createReader(archive, {
        sheet,
        workbook,
        columns: columns.map((cell) => cell.trim()),
        after,
      }),
    };
  } catch (error) {
    if (!(error instanceof DamagedDataError)) throw error;
    throw new UnreadableFileError(
      `${name} is a damaged workbook: ${error.message}.`,
      'Open it in a spreadsheet program, and save it again.',
      { cause: error },
    );
  }
}

function chooseSheet(name: string, { sheets }: Workbook, member: string | undefined): Sheet {
  const wanted = sheets.map((sheet) => sheet.name);
  const found =
    member === undefined
      ? (sheets.find((sheet) => !sheet.is_hidden) ?? sheets[0])
      : sheets.find((sheet) => sheet.name === findName(wanted, member));
  if (found !== undefined) return found;
  throw new UnreadableFileError(
    sheets.length === 0
      ? `${name} is an Excel workbook without a sheet.`
      : `${name} has no sheet ${member}; it has ${wanted.join(', ')}.`,
    'Name a sheet with --member NAME, or save the sheet as CSV.',
  );
}

function describeOthers(sheet: Sheet, others: Sheet[]): string[] {
  if (others.length === 0) return [];
  const names = others.map((one) => one.name).join(', ');
  return [`The sheet ${sheet.name} is read; --member NAME reads another one: ${names}.`];
}

const FIRST_ROWS = 20;

async function readFirstRows(archive: Archive, sheet: Sheet, workbook: Workbook) {
  const rows: SheetRow[] = [];
  for await (const row of readSheet(archive.open(sheet.path), workbook)) {
    rows.push(row);
    if (rows.length >= FIRST_ROWS) break;
  }
  return rows;
}

function chooseHeader(name: string, rows: SheetRow[], options: FileOptions): SheetRow | undefined {
  if (options.columns !== undefined) return undefined;
  const { text_field, id_field, time_field, language_field, map = {} } = options;
  const expected = [
    text_field ?? 'text',
    id_field,
    time_field,
    language_field,
    ...Object.values(map),
  ];
  const names = expected.filter((one) => one !== undefined);
  const found = findHeader(
    rows,
    (cell) => findName(names, cell) !== undefined || isUsualName(cell),
  );
  const header = found === undefined ? undefined : rows[found];
  if (header !== undefined) return header;
  throw new UnreadableFileError(
    rows.length === 0
      ? `${name}: the sheet has no cells.`
      : `${name}: row ${rows[0]?.line} is not a header with names of columns, such as text.`,
    'Name the columns with --columns a,b,text, another sheet with --member, or the column of the text with --text-field.',
  );
}

interface SheetLayout {
  sheet: Sheet;
  workbook: Workbook;
  columns: readonly string[];
  /** Row of the sheet behind which the data begins. */
  after: number;
}

function createReader(archive: Archive, layout: SheetLayout): Table['readRows'] {
  const { sheet, workbook, columns, after } = layout;
  return async function* (from) {
    let position = 0;
    for await (const row of readSheet(archive.open(sheet.path), workbook)) {
      if (row.line <= after) continue;
      position += 1;
      if (position > from) yield createRow(row, position, columns);
    }
  };
}

function createRow({ line, cells }: SheetRow, end: number, columns: readonly string[]): Row {
  return {
    line,
    end,
    bytes: () => Buffer.from(JSON.stringify(cells)),
    read: () =>
      cells.length > columns.length
        ? { wrong: `has ${cells.length} columns, the header has ${columns.length}` }
        : { names: columns, values: cells },
  };
}
