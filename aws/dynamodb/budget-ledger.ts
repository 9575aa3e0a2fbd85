import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { BudgetEntry, BudgetLedger } from '../../budgets/ports.ts';
import { resetTime, ServiceError } from '../../schemas/index.ts';
import { callConditionally, callDynamoDb, openTable, type Table, type TableDeps } from './table.ts';

const itemSchema = z.object({ taken_units: z.number() });

/** Time for which the entry of a month is kept after the month, in milliseconds. */
const KEPT_MS = 400 * 86_400_000;
/** Maximum number of attempts. An attempt fails if another process has taken units meanwhile. */
const MAX_ATTEMPTS = 20;

/**
 * Creates the ledger of budgets. It shares the table of the quota ledger, and has an item for each
 * account and month. Taking units makes one write. If the budget leaves less than was asked for, it
 * makes a read and a second write.
 *
 *     A  ADD 306         if taken <= limit - 306   taken changes from 600 to 906 of 1,000
 *     B  ADD 306         if taken <= limit - 306   refused, because 94 are left
 *     B  read, ADD 94    if taken <= limit - 94    taken is 1,000; refused if C was faster
 */
export function createBudgetLedger(deps: TableDeps): BudgetLedger {
  const table = openTable(deps);
  return {
    async take(entry, wanted, limit) {
      let units = Math.min(wanted, limit);
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        if (units <= 0) return 0;
        if (await addUpTo(table, entry, units, limit)) return units;
        units = Math.min(wanted, limit - (await readUnits(table, entry)));
      }
      throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
    },
    async add(entry, units) {
      const command = new UpdateItemCommand(update(table, entry, units));
      void (await callDynamoDb(() => table.client.send(command)));
    },
    read: (entry) => readUnits(table, entry),
  };
}

/** Adds units if the sum stays within the limit. Returns false if it would not. */
async function addUpTo(
  table: Table,
  entry: BudgetEntry,
  units: number,
  limit: number,
): Promise<boolean> {
  const input = update(table, entry, units);
  const command = new UpdateItemCommand({
    ...input,
    ConditionExpression: 'attribute_not_exists(taken_units) OR taken_units <= :most',
    ExpressionAttributeValues: {
      ...input.ExpressionAttributeValues,
      ...marshall({ ':most': limit - units }),
    },
  });
  return (await callConditionally(() => table.client.send(command))) !== undefined;
}

function update({ table_name: TableName }: Table, entry: BudgetEntry, units: number) {
  const expires_at = Math.floor((resetTime(entry.month) + KEPT_MS) / 1_000);
  return {
    TableName,
    Key: keyOf(entry),
    UpdateExpression: 'SET expires_at = :expires_at ADD taken_units :units',
    ExpressionAttributeValues: marshall({ ':units': units, ':expires_at': expires_at }),
  };
}

async function readUnits(
  { client, table_name: TableName }: Table,
  entry: BudgetEntry,
): Promise<number> {
  const command = new GetItemCommand({ TableName, Key: keyOf(entry), ConsistentRead: true });
  const { Item } = await callDynamoDb(() => client.send(command));
  return Item === undefined ? 0 : itemSchema.parse(unmarshall(Item)).taken_units;
}

function keyOf({ month, account }: BudgetEntry) {
  return marshall({ quota: `budget ${month} ${account}` });
}
