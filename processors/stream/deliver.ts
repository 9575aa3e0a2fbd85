import { type Result, recordKey } from '../../schemas/index.ts';
import type { Failure, Lake, ResultsTable } from './ports.ts';
import { putAll } from './put-all.ts';
import { highestVersions } from './versions.ts';

export interface DeliverDeps {
  results_table: ResultsTable;
  lake: Lake;
}

/**
 * Takes results to both stores and says which are not in both. The table comes first and holds one row per record: its
 * highest version stands for the lower ones of the batch, and they share its failure. The lake gets every version; a
 * result that the table did not take comes again, and would only be there twice.
 */
export function createDeliver(
  deps: DeliverDeps,
): (results: Result[]) => Promise<Map<Result, Failure>> {
  return async (results) => {
    const without_row = await putRows(deps.results_table, highestVersions(results));
    const failures = new Map<Result, Failure>();
    for (const result of results) {
      const failure = without_row.get(recordKey(result));
      if (failure !== undefined) failures.set(result, failure);
    }
    const lines = results.filter((result) => !failures.has(result));
    const failed_lines = await putAll(deps.lake, lines);
    for (const { index, code } of failed_lines)
      failures.set(lines[index]!, { stage: 'lake', code });
    return failures;
  };
}

async function putRows(table: ResultsTable, rows: Result[]): Promise<Map<string, Failure>> {
  const failed = await putAll(table, rows);
  return new Map(
    failed.map(({ index, code }) => [recordKey(rows[index]!), { stage: 'results_table', code }]),
  );
}
