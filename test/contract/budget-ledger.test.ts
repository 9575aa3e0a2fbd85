import {
  clientConfig,
  createDynamoDb,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBudgetLedger } from '../../aws/dynamodb/budget-ledger.ts';
import { createFakeBudgetLedger } from '../fakes/budget-ledger.ts';
import { describeBudgetLedger } from './suites/budget-ledger.ts';

let served: ServedService;
let client: DynamoDBClient;
beforeAll(async () => {
  served = await serveService(await createDynamoDb({ now: Date.now }));
  client = new DynamoDBClient(clientConfig(served.endpoint));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

let tables = 0;
async function createTable(): Promise<string> {
  tables += 1;
  const TableName = `Quotas${tables}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'quota', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'quota', AttributeType: 'S' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName });
  return TableName;
}

describe('DynamoDB', () => {
  describeBudgetLedger(async () => {
    const table_name = await createTable();
    return { open: () => createBudgetLedger({ client, table_name }) };
  });

  it('An entry of the budget ledger expires 400 days after its month', async () => {
    const table_name = await createTable();
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
