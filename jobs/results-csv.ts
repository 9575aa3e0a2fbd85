import { formatCsvCell } from '../lib/csv-cell.ts';
import type { JobResult } from '../schemas/index.ts';

/** Columns of a job's results in CSV. Each function returns the value of its column in a row. */
const COLUMNS: Record<string, (row: JobResult) => unknown> = {
  job_index: ({ job_index }) => job_index,
  record_id: ({ record_id }) => record_id,
  outcome: ({ outcome }) => outcome,
  status: ({ result }) => result?.status,
  sentiment: ({ result }) => result?.sentiment,
  score: ({ result }) => result?.score,
  positive: ({ result }) => result?.scores?.positive,
  negative: ({ result }) => result?.scores?.negative,
  neutral: ({ result }) => result?.scores?.neutral,
  mixed: ({ result }) => result?.scores?.mixed,
  language_code: ({ result }) => result?.language_code,
  source: ({ result }) => result?.source,
  created_at: ({ result }) => result?.created_at,
  processed_at: ({ result }) => result?.processed_at,
  pii_types: ({ result }) => result?.pii?.types.join(' '),
  author: ({ result }) => result?.author,
  url: ({ result }) => result?.url,
  text: ({ result }) => result?.text,
  issues: ({ issues }) =>
    issues?.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
};

/** Excel reads a CSV file as UTF-8 only if the file begins with this mark. */
export const CSV_MARK = '\uFEFF';

/** Formats the results of jobs as lines of CSV. Each line ends with CR LF, as RFC 4180 requires. */
export interface ResultsCsv {
  header: string;
  formatRow(row: JobResult): string;
}

/**
 * Creates the CSV of a job's results.
 *
 * @param attributes names of the attributes that get a column `attributes.NAME`. The last column,
 * `attributes`, has all others of a row as JSON, so that no attribute is lost.
 */
export function createResultsCsv(attributes: readonly string[] = []): ResultsCsv {
  const named = attributes.map((name) => `attributes.${name}`);
  return {
    header: formatLine([...Object.keys(COLUMNS), ...named, 'attributes']),
    formatRow(row) {
      const rest = new Map(Object.entries(row.result?.attributes ?? {}));
      const values = attributes.map((name) => {
        const value = toNumber(rest.get(name));
        rest.delete(name);
        return value;
      });
      const others = rest.size === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
      return formatLine([...Object.values(COLUMNS).map((read) => read(row)), ...values, others]);
    },
  };
}

/** Formats a whole page of results, with the header. */
export function formatResultsCsv(rows: JobResult[]): string {
  const { header, formatRow } = createResultsCsv();
  return header + rows.map(formatRow).join('');
}

/** Results hold the values of attributes as text. A negative number is no formula. */
function toNumber(value: string | undefined): string | number | undefined {
  return value !== undefined && String(Number(value)) === value ? Number(value) : value;
}

function formatLine(values: unknown[]): string {
  return `${values.map(formatCell).join(',')}\r\n`;
}

function formatCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? String(value) : formatCsvCell(String(value));
}
