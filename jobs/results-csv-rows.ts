import type { JobResult } from '../schemas/index.ts';
import { measureContent } from './content-length.ts';
import { createResultsCsv, type ResultsCsv } from './results-csv.ts';

/** Number of records whose attributes get columns of their own. */
export const ROWS_FOR_COLUMNS = 1_000;
/**
 * Size of texts and attributes, in characters, at which the columns are chosen from fewer records, so
 * that the memory in use does not depend on the length of the texts.
 */
const LENGTH_FOR_COLUMNS = 16 * 1024 * 1024;
const MAX_ATTRIBUTE_COLUMNS = 256;

/**
 * Formats the results of a whole job as CSV, as lines. The first rows wait until the columns of their
 * attributes are known: {@link ROWS_FOR_COLUMNS} rows, or fewer if they are large.
 */
export async function* formatCsvRows(rows: AsyncIterable<JobResult>): AsyncIterable<string> {
  const first: JobResult[] = [];
  let length = 0;
  let csv: ResultsCsv | undefined;
  const begin = () => {
    const names = new Set(first.flatMap(({ result }) => Object.keys(result?.attributes ?? {})));
    csv = createResultsCsv([...names].slice(0, MAX_ATTRIBUTE_COLUMNS));
    return csv.header + first.splice(0).map(csv.formatRow).join('');
  };
  for await (const row of rows) {
    if (csv !== undefined) {
      yield csv.formatRow(row);
      continue;
    }
    length += measureContent(row.result ?? {});
    if (first.push(row) === ROWS_FOR_COLUMNS || length >= LENGTH_FOR_COLUMNS) yield begin();
  }
  if (csv === undefined) yield begin();
}
