import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Job } from '../../../schemas/index.ts';
import { requireField } from '../../errors.ts';
import { callConditionally } from '../table.ts';
import { type JobsTable, jobOf, type RowUpdate } from './row.ts';

/** Updates a row and returns the updated job. Returns undefined if the condition failed. */
export async function updateRow(table: JobsTable, update: RowUpdate): Promise<Job | undefined> {
  const command = new UpdateItemCommand({
    TableName: table.table_name,
    ...update,
    ReturnValues: 'ALL_NEW',
  });
  const output = await callConditionally(() => table.client.send(command));
  return output && jobOf(requireField('dynamodb', 'Attributes', output.Attributes));
}

/** Adds a further condition to an update, with the names and values that the condition uses. */
export function requireToo(
  update: RowUpdate,
  condition: string,
  names: Record<string, string>,
  values: RowUpdate['ExpressionAttributeValues'],
): RowUpdate {
  return {
    ...update,
    ConditionExpression: `${update.ConditionExpression} AND (${condition})`,
    ExpressionAttributeNames: { ...update.ExpressionAttributeNames, ...names },
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ...values },
  };
}
