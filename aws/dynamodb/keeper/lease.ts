import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { TableLease } from '../../../insight/keeper/ports.ts';
import { callConditionally, openTable, type Table, type TableDeps } from '../table.ts';

const KEY = marshall({ part: 'lease', item: 'results' });
const leaseSchema = z.object({ statement: z.string().optional() });

export interface TableLeaseDeps extends TableDeps {
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/** Creates the lease on the table `results`. It is one item of the keeper's table. */
export function createTableLease({ now, ...deps }: TableLeaseDeps): TableLease {
  const table = openTable(deps);
  return {
    async take(owner, until) {
      // The condition `owner is the caller` makes a repeated call succeed whose first answer was lost.
      const taken = await update(table, {
        UpdateExpression: 'SET #owner = :owner, #until = :until',
        ConditionExpression: 'attribute_not_exists(#owner) OR #until <= :now OR #owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
        ExpressionAttributeValues: marshall({ ':owner': owner, ':until': until, ':now': now() }),
        ReturnValues: 'ALL_NEW',
      });
      if (taken === undefined) return undefined;
      return { left_statement: leaseSchema.parse(unmarshall(taken.Attributes ?? {})).statement };
    },
    async extend(owner, until, statement) {
      const extended = await update(table, {
        UpdateExpression: 'SET #until = :until, #statement = :statement',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: {
          '#owner': 'owner',
          '#until': 'until',
          '#statement': 'statement',
        },
        ExpressionAttributeValues: marshall({
          ':owner': owner,
          ':until': until,
          ':statement': statement,
        }),
      });
      return extended !== undefined;
    },
    async release(owner) {
      void (await update(table, {
        UpdateExpression: 'REMOVE #owner, #until, #statement',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: {
          '#owner': 'owner',
          '#until': 'until',
          '#statement': 'statement',
        },
        ExpressionAttributeValues: marshall({ ':owner': owner }),
      }));
    },
  };
}

function update(
  { client, table_name: TableName }: Table,
  input: Omit<UpdateItemCommand['input'], 'TableName' | 'Key'>,
) {
  const command = new UpdateItemCommand({ TableName, Key: KEY, ...input });
  return callConditionally(() => client.send(command));
}
