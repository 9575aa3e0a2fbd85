import { type Result, recordKey } from '../../schemas/index.ts';
import type { Processed } from './analyse.ts';
import type { BatchContext } from './batch.ts';
import type { Delivered } from './delivered.ts';
import type { Failure, Lake, ResultsTable } from './ports.ts';
import { outcomeOf } from './progress.ts';
import { putBefore } from './put.ts';
import { highestVersions } from './versions.ts';

export interface DeliverDeps {
  results_table: ResultsTable;
  lake: Lake;
  delivered: Delivered;
}

/**
 * Delivers the results of a lot to the results table first and to the lake second. If a store does
 * not store a result, the outcome of the version becomes a failure.
 *
 * The results table has one row for each record, so only the highest version of each record in the
 * lot is written to the table. If this write fails, the lower versions of the record also fail.
 * After a failed write, no version of the record is sent to the lake, because Lambda delivers the
 * record again and the lake would then contain the same line twice. A version whose row and line
 * are both stored is added to `delivered`.
 */
export async function deliver(
  lot: Processed[],
  { results_table, lake, delivered }: DeliverDeps,
  { delivery }: BatchContext,
): Promise<Processed[]> {
  const results = lot.flatMap(({ outcome }) => ('result' in outcome ? [outcome.result] : []));
  const rows = await putBefore(delivery, 'dynamodb', results_table, highestVersions(results));
  const without_row = new Map(rows.failed.map(({ entry, code }) => [recordKey(entry), code]));
  const in_table = results.filter((result) => !without_row.has(recordKey(result)));
  const lines = await putBefore(delivery, 'firehose', lake, in_table);
  const without_line = new Map(lines.failed.map(({ entry, code }) => [entry, code]));

  const failureOf = (result: Result): Failure | undefined => {
    const row_code = without_row.get(recordKey(result));
    if (row_code !== undefined) return { stage: 'results_table', code: row_code };
    const line_code = without_line.get(result);
    return line_code === undefined ? undefined : { stage: 'lake', code: line_code };
  };
  return lot.map((processed) => {
    const { version, outcome } = processed;
    if (!('result' in outcome)) return processed;
    const failure = failureOf(outcome.result);
    if (failure !== undefined) return { version, outcome: { failure } };
    delivered.add(version, outcomeOf(outcome.result));
    return processed;
  });
}
