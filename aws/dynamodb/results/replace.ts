import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { chunk } from '../../../lib/chunk.ts';
import { sendBatches } from '../../send-batches.ts';
import { type Item, itemOf } from '../attribute.ts';
import { callConditionally, type Table } from '../table.ts';
import type { RejectedWritings, Writing } from './insert.ts';

/** A row to put in the place of the row that was read, if that row has not changed since. */
export interface Replacement {
  writing: Writing;
  item: Item;
  /** Revision of the row that was read. Undefined if there was no row. */
  read_revision: number | undefined;
}

/**
 * Puts each row with a separate call. The call replaces an existing row only if that row still has
 * the revision that was read.
 *
 * @returns the writings whose calls failed, with the reasons, and the writings whose rows another
 * consumer has changed meanwhile.
 */
export async function replaceRows(
  table: Table,
  replacements: Replacement[],
): Promise<{ failed: RejectedWritings; changed: Writing[] }> {
  const changed: Writing[] = [];
  const failed = await sendBatches(replacements, {
    ...table,
    split: (some) => chunk(some, 1),
    send: (call) =>
      Promise.all(
        call.map(async (replacement) => {
          if (!(await replaceRow(table, replacement))) changed.push(replacement.writing);
          return undefined;
        }),
      ),
  });
  return {
    failed: new Map([...failed].map(([{ writing }, rejection]) => [writing, rejection])),
    changed,
  };
}

/** Puts a row. Returns false if the row is not the one that was read any more. */
async function replaceRow(
  { client, table_name }: Table,
  { item, read_revision }: Replacement,
): Promise<boolean> {
  const has_row = read_revision !== undefined;
  const command = new PutItemCommand({
    TableName: table_name,
    Item: item,
    ConditionExpression: has_row ? 'revision = :read' : 'attribute_not_exists(record_key)',
    ...(has_row && { ExpressionAttributeValues: itemOf({ ':read': read_revision }) }),
  });
  return (await callConditionally(() => client.send(command))) !== undefined;
}
