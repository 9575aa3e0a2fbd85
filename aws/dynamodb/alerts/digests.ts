import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Digests } from '../../../insight/digests/ports.ts';
import { digestDefinitionSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, openTable, queryItems, type TableDeps } from '../table.ts';

/** The partition of all digests, so that one query reads those of all tenants. */
const PARTITION = 'digests';

/** Creates the digests in the table of the alerts. */
export function createDigests(deps: TableDeps): Digests {
  const table = openTable(deps);
  const { client, table_name: TableName } = table;
  return {
    async list(tenant) {
      const digests = [];
      for await (const item of queryItems(table, queryOf(tenant))) digests.push(readDigest(item));
      return digests;
    },
    async get(tenant, name) {
      const command = new GetItemCommand({ TableName, Key: keyOf(tenant, name) });
      const { Item } = await callDynamoDb(() => client.send(command));
      return Item === undefined ? undefined : readDigest(Item);
    },
    async put(digest) {
      const Item = {
        ...marshall(digest, { removeUndefinedValues: true }),
        ...keyOf(digest.tenant, digest.name),
      };
      void (await callDynamoDb(() => client.send(new PutItemCommand({ TableName, Item }))));
    },
    async delete(tenant, name) {
      const Key = keyOf(tenant, name);
      const command = new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' });
      const { Attributes } = await callDynamoDb(() => client.send(command));
      return Attributes === undefined ? undefined : readDigest(Attributes);
    },
  };
}

function queryOf(tenant: string | undefined) {
  const of_tenant = tenant !== undefined;
  return {
    KeyConditionExpression: `#partition = :partition${of_tenant ? ' AND begins_with(#item, :tenant)' : ''}`,
    // The names are reserved words of DynamoDB.
    ExpressionAttributeNames: { '#partition': 'partition', ...(of_tenant && { '#item': 'item' }) },
    ExpressionAttributeValues: {
      ':partition': { S: PARTITION },
      ...(of_tenant && { ':tenant': { S: `${tenant}#` } }),
    },
  };
}

function keyOf(tenant: string, name: string): Item {
  return { partition: { S: PARTITION }, item: { S: `${tenant}#${name}` } };
}

function readDigest(item: Item) {
  return digestDefinitionSchema.parse(unmarshall(item));
}
