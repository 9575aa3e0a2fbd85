import { afterAll, beforeAll, describe } from 'vitest';
import { createCheckpoints } from '../../../aws/dynamodb/connectors/checkpoints.ts';
import { openLedger } from '../../../aws/dynamodb/connectors/ledger.ts';
import { type ServedTables, serveTables } from '../../support/tables.ts';
import { describeCheckpoints, describeLedger } from '../suites/connector-stores.ts';

let tables: ServedTables;
beforeAll(async () => {
  tables = await serveTables('part', 'item');
});
afterAll(() => tables.close());

describe('Checkpoints in DynamoDB', () => {
  describeCheckpoints(async () => {
    let at = 1_000;
    const { client } = tables;
    const table_name = await tables.createTable();
    return {
      checkpoints: createCheckpoints({ client, table_name, now: () => at }),
      setNow: (epoch_ms) => {
        at = epoch_ms;
      },
    };
  });
});

describe('A ledger in DynamoDB', () => {
  describeLedger(async () => {
    const { client } = tables;
    return openLedger({
      ...{ client, table_name: await tables.createTable(), connector: 'c', kept_seconds: 60 },
    });
  });
});
