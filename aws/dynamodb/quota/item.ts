import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { requireField } from '../../errors.ts';
import { callConditionally, callDynamoDb, type Table } from '../table.ts';

const quotaItemSchema = z.object({
  /** Time at which the next call may start, in epoch milliseconds. */
  next_slot_at: z.number(),
  calls_per_second: z.number().positive(),
  /** Last rate at which the service throttled a call, in calls per second. */
  refused_at: z.number().positive(),
  /** Time of the last change of the rate, in epoch milliseconds. */
  changed_at: z.number(),
  /**
   * Start of the first slot at the current rate, in epoch milliseconds. Slots that were taken before
   * the change of the rate keep their times, and thousands of processes take slots seconds ahead.
   */
  effective_at: z.number().default(0),
  /** End of the slots that bulk processes have planned to take, in epoch milliseconds. */
  bulk_queue_at: z.number(),
  /** Time of the next lot that is guaranteed to bulk, in epoch milliseconds. */
  bulk_due_at: z.number(),
});
export type QuotaItem = z.infer<typeof quotaItemSchema>;

/** The item of a quota that many processes share. The partition key of the table is `quota`. */
export interface SharedItem {
  /** Updates the item and returns the updated item. Returns undefined if the condition failed. */
  update(
    set: string,
    condition: string,
    values: Record<string, number>,
  ): Promise<QuotaItem | undefined>;
  /** Returns the item, or undefined before the first update. */
  read(): Promise<QuotaItem | undefined>;
}

export function openItem({ client, table_name: TableName }: Table, quota: string): SharedItem {
  const Key = marshall({ quota });
  return {
    async update(set, condition, values) {
      const command = new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${set}`,
        ConditionExpression: condition,
        ExpressionAttributeValues: marshall(values),
        ReturnValues: 'ALL_NEW',
      });
      const output = await callConditionally(() => client.send(command));
      if (output === undefined) return undefined;
      const item = requireField('dynamodb', 'Attributes', output.Attributes);
      return quotaItemSchema.parse(unmarshall(item));
    },
    async read() {
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      const { Item } = await callDynamoDb(() => client.send(command));
      return Item && quotaItemSchema.parse(unmarshall(Item));
    },
  };
}
