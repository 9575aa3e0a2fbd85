import { formatCsvCell } from '../../lib/csv-cell.ts';
import type { JobResult } from '../../schemas/index.ts';

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
  text: ({ result }) => result?.text,
  issues: ({ issues }) =>
    issues?.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
};

/** Formats rows as CSV with a header line. Each line ends with CR LF, as RFC 4180 requires. */
export function formatCsv(rows: JobResult[]): string {
  const lines = rows.map((row) => Object.values(COLUMNS).map((column) => formatCell(column(row))));
  return [Object.keys(COLUMNS), ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function formatCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? String(value) : formatCsvCell(String(value));
}
