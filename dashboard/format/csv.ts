import { formatCsvCell } from '../../lib/csv-cell.ts';
import type { ResultsResponse } from '../../schemas/index.ts';

type Listed = ResultsResponse['results'][number];

const COLUMNS: [name: string, read: (result: Listed) => string | number | undefined][] = [
  ['source', ({ source }) => source],
  ['record_id', ({ record_id }) => record_id],
  ['status', ({ status }) => status],
  ['sentiment', ({ sentiment }) => sentiment],
  ['score', ({ score }) => score],
  ['positive', ({ scores }) => scores?.positive],
  ['negative', ({ scores }) => scores?.negative],
  ['neutral', ({ scores }) => scores?.neutral],
  ['mixed', ({ scores }) => scores?.mixed],
  ['language_code', ({ language_code }) => language_code],
  ['created_at', ({ created_at }) => created_at],
  ['arrived_at', ({ arrived_at }) => arrived_at],
  ['author', ({ author }) => author],
  ['url', ({ url }) => url],
  ['text', ({ text }) => text],
  ['attributes', ({ attributes }) => attributes && JSON.stringify(attributes)],
];

/**
 * Writes results as CSV. The file begins with a byte order mark, so that Excel shows all letters, and
 * a text that a spreadsheet would run as a formula begins with an apostrophe.
 */
export function writeCsv(results: Listed[]): string {
  const lines = results.map((result) =>
    COLUMNS.map(([, read]) => formatCell(read(result))).join(','),
  );
  return `\ufeff${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`;
}

/** A number is no formula, also when it is negative. */
function formatCell(value: string | number | undefined): string {
  return typeof value === 'number' ? String(value) : formatCsvCell(value ?? '');
}

/** Writes results as lines of JSON. */
export function writeNdjson(results: Listed[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}
