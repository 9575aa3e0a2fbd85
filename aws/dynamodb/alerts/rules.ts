import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { AlertRules } from '../../../insight/alerts/ports.ts';
import { alertSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import {
  callConditionally,
  callDynamoDb,
  openTable,
  queryItems,
  type TableDeps,
} from '../table.ts';

/** An attribute named `constructor` makes an object look like the instance of a class. */
const MARSHALLING = { removeUndefinedValues: true, convertClassInstanceToMap: true };

/** The partition of all alerts, so that one query reads those of all tenants. */
const PARTITION = 'alerts';

/**
 * Creates the alerts in a table with the partition key `partition` and the sort key `item`. All alerts are
 * in one partition: one query of a few kilobytes tells the dispatcher which tenants have any.
 */
export function createAlertRules(deps: TableDeps): AlertRules {
  const table = openTable(deps);
  const { client, table_name: TableName } = table;
  const nameKey = (tenant: string, name: string) => ({ TableName, Key: keyOf(tenant, name) });
  return {
    async list(tenant) {
      const alerts = [];
      for await (const item of queryItems(table, queryOf(tenant))) alerts.push(readAlert(item));
      return alerts;
    },
    async get(tenant, name) {
      const command = new GetItemCommand(nameKey(tenant, name));
      const { Item } = await callDynamoDb(() => client.send(command));
      return Item === undefined ? undefined : readAlert(Item);
    },
    async put(alert) {
      const Item = { ...marshall(alert, MARSHALLING), ...keyOf(alert.tenant, alert.name) };
      void (await callDynamoDb(() => client.send(new PutItemCommand({ TableName, Item }))));
    },
    async mute(tenant, name, until) {
      const command = new UpdateItemCommand({
        ...nameKey(tenant, name),
        UpdateExpression: until === null ? 'REMOVE muted_until' : 'SET muted_until = :until',
        ConditionExpression: 'attribute_exists(#item)',
        ExpressionAttributeNames: { '#item': 'item' },
        ...(until === null ? {} : { ExpressionAttributeValues: { ':until': { S: until } } }),
        ReturnValues: 'ALL_NEW',
      });
      const answer = await callConditionally(() => client.send(command));
      return answer?.Attributes === undefined ? undefined : readAlert(answer.Attributes);
    },
    async delete(tenant, name) {
      const command = new DeleteItemCommand({ ...nameKey(tenant, name), ReturnValues: 'ALL_OLD' });
      const { Attributes } = await callDynamoDb(() => client.send(command));
      return Attributes === undefined ? undefined : readAlert(Attributes);
    },
  };
}

function queryOf(tenant: string | undefined) {
  // The name is a reserved word of DynamoDB.
  const names = { '#partition': 'partition' };
  const values = { ':partition': { S: PARTITION } };
  if (tenant === undefined) {
    return {
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    };
  }
  return {
    KeyConditionExpression: '#partition = :partition AND begins_with(#item, :tenant)',
    ExpressionAttributeNames: { ...names, '#item': 'item' },
    ExpressionAttributeValues: { ...values, ':tenant': { S: `${tenant}#` } },
  };
}

function keyOf(tenant: string, name: string): Item {
  return { partition: { S: PARTITION }, item: { S: `${tenant}#${name}` } };
}

function readAlert(item: Item) {
  return alertSchema.parse(unmarshall(item));
}
