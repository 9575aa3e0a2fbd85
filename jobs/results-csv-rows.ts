import type { JobResult } from '../schemas/index.ts';
import { createResultsCsv, type ResultsCsv } from './results-csv.ts';

/** Number of records whose attributes get columns of their own. */
export const ROWS_FOR_COLUMNS = 1_000;
const MAX_ATTRIBUTE_COLUMNS = 256;

/**
 * Formats the results of a whole job as CSV, as lines. The first rows wait until the columns of their
 * attributes are known.
 */
export async function* formatCsvRows(rows: AsyncIterable<JobResult>): AsyncIterable<string> {
  const first: JobResult[] = [];
  let csv: ResultsCsv | undefined;
  const begin = () => {
    const names = new Set(first.flatMap(({ result }) => Object.keys(result?.attributes ?? {})));
    csv = createResultsCsv([...names].slice(0, MAX_ATTRIBUTE_COLUMNS));
    return csv.header + first.map(csv.formatRow).join('');
  };
  for await (const row of rows) {
    if (csv !== undefined) yield csv.formatRow(row);
    else if (first.push(row) === ROWS_FOR_COLUMNS) yield begin();
  }
  if (csv === undefined) yield begin();
}
