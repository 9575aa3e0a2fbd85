import { colours } from './colours.ts';
import { cut, padEnd, padStart, width } from './width.ts';

type Cell = string | number | boolean | null | undefined;

/** Columns that are never shortened, because users copy their values into the next command. */
const NAME_COLUMN = /(?:^|_)(?:id|key)$/;
/** Columns of text are shortened down to this width. */
const LEAST_WIDTH = 8;
const GAP = '  ';

interface TableOptions {
  /** Names of columns that are aligned to the right although the cells are strings, such as costs. */
  right?: string[];
  /** Width of the terminal. Default: that of standard output, and no limit for files and pipes. */
  columns?: number;
}

/**
 * Formats rows as a table with a header for the terminal. The width of a column is the width of the
 * column's widest cell. Numbers are aligned to the right. If the table is wider than the terminal, the
 * widest columns of text are shortened, but neither ids nor numbers.
 */
export function formatTable(
  columns: string[],
  rows: Record<string, Cell>[],
  { right = [], columns: room = findRoom() }: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map((column) => formatCell(row[column])));
  const numeric = columns.map(
    (column) => right.includes(column) || rows.every((row) => isNumeric(row[column])),
  );
  const widths = fitWidths(
    columns.map((column, i) => ({
      widest: Math.max(width(column), ...cells.map((line) => width(line[i] ?? ''))),
      is_fixed: numeric[i] === true || NAME_COLUMN.test(column),
    })),
    room - GAP.length * (columns.length - 1),
  );
  const line = (values: string[]) =>
    values
      .map((value, i) => {
        const space = widths[i] ?? 0;
        const shown = cut(value, space);
        return numeric[i] ? padStart(shown, space) : padEnd(shown, space);
      })
      .join(GAP)
      .trimEnd();
  return [colours.bold(line(columns)), ...cells.map(line)].join('\n');
}

function findRoom(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** Shortens the widest columns to the same width, until all columns have room or are at the least width. */
function fitWidths(columns: { widest: number; is_fixed: boolean }[], room: number): number[] {
  const sum = (limit: number) =>
    columns.reduce(
      (all, { widest, is_fixed }) => all + (is_fixed ? widest : Math.min(widest, limit)),
      0,
    );
  let limit = Math.max(...columns.map(({ widest }) => widest), LEAST_WIDTH);
  while (limit > LEAST_WIDTH && sum(limit) > room) limit -= 1;
  return columns.map(({ widest, is_fixed }) => (is_fixed ? widest : Math.min(widest, limit)));
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
