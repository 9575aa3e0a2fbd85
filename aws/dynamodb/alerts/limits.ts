import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { AlertLimits } from '../../../insight/alerts/ports.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, openTable, type TableDeps } from '../table.ts';

/** Time for which a counter stays after its hour, in seconds. */
const KEPT_SECONDS = 2 * 86_400;

/** Creates the counters of reported and suppressed records in the table of the alerts. */
export function createAlertLimits(deps: TableDeps): AlertLimits {
  const { client, table_name: TableName } = openTable(deps);
  const update = async (
    tenant: string,
    item: string,
    rest: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<Item> => {
    const Key = { partition: { S: `limits#${tenant}` }, item: { S: item } };
    const command = new UpdateItemCommand({ TableName, Key, ...rest });
    const { Attributes = {} } = await callDynamoDb(() => client.send(command));
    return Attributes;
  };
  return {
    async addReported({ tenant, name, hour }, records) {
      const expires_at = Date.parse(`${hour}:00:00Z`) / 1_000 + KEPT_SECONDS;
      const { reported } = await update(tenant, `${name}#${hour}`, {
        UpdateExpression: 'ADD reported :records SET expires_at = :expires_at',
        ExpressionAttributeValues: {
          ':records': { N: String(records) },
          ':expires_at': { N: String(expires_at) },
        },
        ReturnValues: 'UPDATED_NEW',
      });
      return Number(reported?.N);
    },
    async addSuppressed({ tenant, name }, records) {
      void (await update(tenant, `${name}#suppressed`, {
        UpdateExpression: 'ADD suppressed :records',
        ExpressionAttributeValues: { ':records': { N: String(records) } },
      }));
    },
    async takeSuppressed({ tenant, name }) {
      const { suppressed } = await update(tenant, `${name}#suppressed`, {
        UpdateExpression: 'REMOVE suppressed',
        ReturnValues: 'UPDATED_OLD',
      });
      return Number(suppressed?.N ?? 0);
    },
  };
}
