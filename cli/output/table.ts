import { colours } from './colours.ts';

type Cell = string | number | boolean | null | undefined;

/**
 * Formats rows as a table with a header for the terminal. The width of a column is the width of the
 * column's widest cell. Numbers are aligned to the right.
 *
 * @param options.right names of columns that are aligned to the right although the cells are
 * strings, such as columns of numbers with units.
 */
export function formatTable(
  columns: string[],
  rows: Record<string, Cell>[],
  { right = [] }: { right?: string[] } = {},
): string {
  const cells = rows.map((row) => columns.map((column) => formatCell(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(width(column), ...cells.map((line) => width(line[i] ?? ''))),
  );
  const numeric = columns.map(
    (column) => right.includes(column) || rows.every((row) => isNumeric(row[column])),
  );
  const line = (values: string[]) =>
    values
      .map((value, i) => pad(value, widths[i] ?? 0, numeric[i] ?? false))
      .join('  ')
      .trimEnd();
  return [colours.bold(line(columns)), ...cells.map(line)].join('\n');
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === 'number' || cell === null || cell === undefined;
}

function formatCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  if (typeof cell === 'number' && !Number.isInteger(cell)) return cell.toFixed(3);
  // Replaces control characters, because a terminal would run control characters as commands.
  return String(cell).replace(/\p{Cc}+/gu, ' ');
}

function pad(text: string, columns: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, columns - width(text)));
  return right ? space + text : text + space;
}

/** Matches East Asian wide characters and emoji, which are two terminal columns wide. */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const MARK = /\p{Mn}|\p{Cf}/u;

export function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!MARK.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return pad(text, columns, false);
}
