import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBudgetLedger } from '../../aws/dynamodb/budget-ledger.ts';
import { createFakeBudgetLedger } from '../fakes/budget-ledger.ts';
import { type ServedTables, serveTables } from '../support/tables.ts';
import { describeBudgetLedger } from './suites/budget-ledger.ts';

let tables: ServedTables;
let client: DynamoDBClient;
beforeAll(async () => {
  tables = await serveTables('quota');
  client = tables.client;
});
afterAll(() => tables.close());

describe('DynamoDB', () => {
  describeBudgetLedger(async () => {
    const table_name = await tables.createTable();
    return { open: () => createBudgetLedger({ client, table_name }) };
  });

  it('An entry of the budget ledger expires 400 days after its month', async () => {
    const table_name = await tables.createTable();
    const entry = { month: '2026-12', account: '.deployment' };
    await createBudgetLedger({ client, table_name }).take(entry, 3, 10);
    const Key = { quota: { S: 'budget 2026-12 .deployment' } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table_name, Key }));
    expect(Item?.expires_at?.N).toBe(String((Date.UTC(2027, 0) + 400 * 86_400_000) / 1_000));
  });

  it('A budget ledger without a table throws a ServiceError', async () => {
    const ledger = createBudgetLedger({ client, table_name: 'Nowhere' });
    const entry = { month: '2026-11', account: 'tenant.acme' };
    for (const call of [ledger.take(entry, 1, 10), ledger.add(entry, 1), ledger.read(entry)]) {
      await expect(call).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    }
  });
});

describe('in memory', () => {
  describeBudgetLedger(async () => {
    const { ledger } = createFakeBudgetLedger();
    return { open: () => ledger };
  });
});
