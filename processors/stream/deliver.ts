import { type Result, ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { Processed } from './analyse.ts';
import type { BatchContext } from './batch.ts';
import type { Delivered } from './delivered.ts';
import type { Lake, Rejection, ResultEntry, ResultsTable, RowOutcome } from './ports.ts';
import { outcomeOf } from './progress.ts';
import { putBefore } from './put.ts';
import { latestPlace, type Version } from './versions.ts';

export interface DeliverDeps {
  results_table: ResultsTable;
  lake: Lake;
  delivered: Delivered;
}

/** A version with its result. */
interface Finished {
  version: Version;
  result: Result;
}

/** A version that the results table has stored, with its line of the lake. */
interface InTable extends Finished {
  outcome: RowOutcome['outcome'];
  line: Result;
}

/**
 * Delivers the results of a lot to the results table first and to the lake second. If a store does
 * not store a result, the outcome of the version becomes a failure.
 *
 * Every version gets a line, because the lake keeps the history. The line of the current version is
 * the row as the write returned it, so the lake and the table say the same. A version without a row
 * is not sent to the lake, because Lambda delivers the record again and the lake would then contain
 * the same line twice. A version whose row and line are both stored is added to `delivered`.
 */
export async function deliver(
  lot: Processed[],
  { results_table, lake, delivered }: DeliverDeps,
  { delivery, tally }: BatchContext,
): Promise<Processed[]> {
  const finished = lot.flatMap(({ version, outcome }) =>
    'result' in outcome ? [{ version, result: outcome.result }] : [],
  );
  const answers = await putRows(delivery, results_table, finished);
  const ended = new Map<Version, Processed['outcome']>();
  const in_table: InTable[] = [];
  for (const [i, one] of finished.entries()) {
    const answer = answers[i];
    if (answer === undefined) throw new Error('The results table left an entry without an answer');
    if ('code' in answer) {
      ended.set(one.version, { failure: { stage: 'results_table', code: answer.code } });
    } else in_table.push({ ...one, outcome: answer.outcome, line: lineOf(one.result, answer) });
  }
  const lines = await putBefore(
    delivery,
    'firehose',
    lake,
    in_table.map(({ line }) => line),
  );
  const without_line = new Map(lines.failed.map(({ entry, code }) => [entry, code]));
  for (const { version, result, outcome, line } of in_table) {
    const code = without_line.get(line);
    if (code !== undefined) {
      ended.set(version, { failure: { stage: 'lake', code } });
      continue;
    }
    const is_not_newer = outcome === 'not_newer';
    ended.set(version, { result, is_not_newer });
    delivered.add(version, outcomeOf(result, is_not_newer));
    if (outcome === 'unchanged' || outcome === 'not_newer') tally[outcome] += version.places.length;
  }
  return lot.map(({ version, outcome }) => ({ version, outcome: ended.get(version) ?? outcome }));
}

/** Puts the results into the results table before the deadline. */
async function putRows(
  deadline: BatchContext['delivery'],
  results_table: ResultsTable,
  finished: Finished[],
): Promise<(RowOutcome | Rejection)[]> {
  if (finished.length === 0) return [];
  const entries = finished.map(
    ({ version, result }): ResultEntry => ({
      result,
      place: latestPlace(version),
      is_creation_given: version.item.record.created_at !== undefined,
    }),
  );
  try {
    return await callBefore(deadline, 'dynamodb', () => results_table.put(entries));
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    return entries.map(() => ({ code, retryable, throttled }));
  }
}

/**
 * Returns the line of a result. The row may lack a text that is too long for the table. A result
 * that the row is not has a line without a revision.
 */
function lineOf(result: Result, { outcome, row }: RowOutcome): Result {
  if (outcome === 'written' || outcome === 'unchanged') return { ...row, text: result.text };
  return { ...result, first_created_at: row.first_created_at };
}
