import { formatCsvCell } from '../../lib/csv-cell.ts';
import { Advice } from '../errors.ts';
import { type CellType, MOST_ROWS, writeXlsx } from '../output/xlsx.ts';

/** The answer of a query, whose cells may be objects. */
export interface TableAnswer {
  columns: string[];
  types: string[];
  rows: Record<string, unknown>[];
}

const NUMBERS = new Set([
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'double',
  'float',
  'real',
  'decimal',
]);

/**
 * Formats an answer as CSV.
 *
 * @param locale decides the separator: where numbers have a decimal comma, as in German, columns are
 * separated by semicolons, because programs for tables expect that there
 * @throws {Advice} if the locale is not known
 */
export function formatAnswerCsv({ columns, rows, types }: TableAnswer, locale: string): string {
  const comma = hasDecimalComma(locale);
  const separator = comma ? ';' : ',';
  const formatCell = (value: unknown, i: number): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number' || NUMBERS.has(types[i] ?? '')) {
      return comma ? String(value).replace('.', ',') : String(value);
    }
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const cell = formatCsvCell(text);
    return comma && /;/.test(cell) && !cell.startsWith('"') ? `"${cell}"` : cell;
  };
  const line = (cells: string[]) => `${cells.join(separator)}\r\n`;
  return [
    line(columns.map((name) => formatCsvCell(name))),
    ...rows.map((row) => line(columns.map((name, i) => formatCell(row[name], i)))),
  ].join('');
}

function hasDecimalComma(locale: string): boolean {
  try {
    return new Intl.NumberFormat(locale).format(0.5).includes(',');
  } catch (error) {
    throw new Advice(`--locale: there is no locale ${locale}`, 'Use one such as de, en or fr-CH.', {
      cause: error,
    });
  }
}

/** @throws {Advice} if the answer has more rows than a sheet */
export function formatAnswerXlsx({ columns, types, rows }: TableAnswer): Buffer {
  if (rows.length >= MOST_ROWS) {
    throw new Advice(
      `A sheet of Excel has ${MOST_ROWS} rows, the answer ${rows.length}.`,
      'Use --csv.',
    );
  }
  const cells = rows.map((row) => columns.map((name) => row[name]));
  return writeXlsx(columns, types.map(toCellType), cells);
}

function toCellType(type: string): CellType {
  if (NUMBERS.has(type)) return 'number';
  if (type === 'boolean' || type === 'date') return type;
  return type.startsWith('timestamp') ? 'timestamp' : 'text';
}
