import { formatCsvCell } from '../../lib/csv-cell.ts';

/**
 * Formats objects as CSV with a header. A field of an object in a row has a column of its own, such as
 * `scores.negative`; a list is JSON. A row without the field of a column has an empty cell. Lines end
 * with CR LF, as RFC 4180 asks, but for the last.
 *
 * @example
 * formatCsv([{ a: 1, b: { c: 'x' } }, { a: 2 }]);
 * // 'a,b.c\r\n1,x\r\n2,'
 */
export function formatCsv(rows: readonly object[]): string {
  const flat = rows.map((row) => new Map(flatten(row)));
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const lines = flat.map((row) => columns.map((column) => formatCell(row.get(column))));
  return [columns.map(formatCsvCell), ...lines].map((cells) => cells.join(',')).join('\r\n');
}

function flatten(value: object, path = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
    const is_object = typeof field === 'object' && field !== null && !Array.isArray(field);
    return is_object ? flatten(field, `${path}${name}.`) : [[`${path}${name}`, field]];
  });
}

function formatCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  return formatCsvCell(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
