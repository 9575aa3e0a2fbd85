import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { chunk } from '../../../lib/chunk.ts';
import type { Result } from '../../../schemas/index.ts';
import { sendBatches } from '../../send-batches.ts';
import { type Item, itemOf } from '../attribute.ts';
import { callConditionally, type Table } from '../table.ts';
import type { RejectedWritings, Writing } from './insert.ts';

/** Names of the key attribute and of the attributes that {@link isReplaceable} reads. */
export const VERSION_ATTRIBUTES = 'record_key, record_version, analysis_run, expires_at';

/**
 * Returns true if a result may replace the row that was read. {@link replaceRows} repeats this
 * check as the condition of the write.
 */
export function isReplaceable(row: Item, result: Result, now_seconds: number): boolean {
  const { record_version, analysis_run = 0 } = result;
  const version = readNumber(row, 'record_version');
  const is_older_run = version === record_version && readNumber(row, 'analysis_run') < analysis_run;
  const is_expired = readNumber(row, 'expires_at') < now_seconds;
  return version < record_version || is_older_run || is_expired;
}

function readNumber(row: Item, name: string): number {
  return Number(row[name]?.N ?? 0);
}

const NO_ROW = 'attribute_not_exists(record_key)';
const OLDER_ROW = 'record_version < :version';
/**
 * Condition under which the result of a replay replaces an existing result of the same version. The
 * existing result must come from an earlier analysis run.
 */
const OLDER_RUN =
  '(record_version = :version AND (attribute_not_exists(analysis_run) OR analysis_run < :run))';
/**
 * Condition under which an expired row is replaced. DynamoDB may keep an expired row for days.
 * During these days, the row must not block the result of a replay.
 */
const EXPIRED_ROW = 'expires_at < :now';

/**
 * Puts each row with a separate call. The call replaces an existing row only if that row has an
 * older version, comes from an earlier analysis run, or has expired.
 *
 * @returns the writings whose calls failed, with the reasons.
 */
export function replaceRows(
  table: Table,
  writings: Writing[],
  now_seconds: number,
): Promise<RejectedWritings> {
  return sendBatches(writings, {
    ...table,
    split: (some) => chunk(some, 1),
    send: (call) => Promise.all(call.map((writing) => replaceRow(table, writing, now_seconds))),
  });
}

/**
 * Puts a row. A failed condition counts as success, because the table then already has this version
 * of the record or a newer version.
 */
async function replaceRow(
  table: Table,
  { result, row }: Writing,
  now_seconds: number,
): Promise<undefined> {
  const run = result.analysis_run;
  const conditions = [NO_ROW, OLDER_ROW, EXPIRED_ROW, ...(run === undefined ? [] : [OLDER_RUN])];
  const command = new PutItemCommand({
    TableName: table.table_name,
    Item: row,
    ConditionExpression: conditions.join(' OR '),
    ExpressionAttributeValues: itemOf({
      ':version': result.record_version,
      ':now': now_seconds,
      ':run': run,
    }),
  });
  void (await callConditionally(() => table.client.send(command)));
}
