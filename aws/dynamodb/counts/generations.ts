import { ScanCommand, type ScanCommandOutput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Generations } from '../../../insight/counts/ports.ts';
import type { Item } from '../attribute.ts';
import { callConditionally, callDynamoDb, queryItems, type Table } from '../table.ts';

/** Follows the tenant in the partition of its generations. */
const GENERATIONS = '#generations';

/**
 * Creates the store of the generations in the table of the counts. A tenant has a partition with an
 * item for each day that has been rebuilt: `active` is what readers add, and `begun` is the last
 * rebuild that was announced.
 */
export function createGenerations(table: Table): Generations {
  return {
    async readGenerations(tenant) {
      const generations = new Map<string, string>();
      for await (const { bucket, active } of queryItems(table, {
        // The name is a reserved word of DynamoDB.
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':partition': { S: `${tenant}${GENERATIONS}` } },
      })) {
        if (bucket?.S !== undefined && active?.S !== undefined) generations.set(bucket.S, active.S);
      }
      return generations;
    },
    async beginGeneration(tenant, day, generation) {
      const command = new UpdateItemCommand({
        ...{ TableName: table.table_name, Key: keyOf(tenant, day) },
        UpdateExpression: 'SET begun = :generation',
        ExpressionAttributeValues: { ':generation': { S: generation } },
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await callDynamoDb(() => table.client.send(command));
      return Attributes?.active?.S;
    },
    async activateGeneration(tenant, day, generation) {
      const command = new UpdateItemCommand({
        ...{ TableName: table.table_name, Key: keyOf(tenant, day) },
        UpdateExpression: 'SET active = :generation',
        ConditionExpression: 'begun = :generation',
        ExpressionAttributeValues: { ':generation': { S: generation } },
      });
      return (await callConditionally(() => table.client.send(command))) !== undefined;
    },
  };
}

/** Lists the tenants of all partitions, such as `acme` of `acme#created_at#hour#2026-11`. */
export async function listTenants({ client, table_name: TableName }: Table): Promise<string[]> {
  const tenants = new Set<string>();
  let next: Item | undefined;
  do {
    const command = new ScanCommand({
      ...{ TableName, ExclusiveStartKey: next },
      ProjectionExpression: '#partition',
      ExpressionAttributeNames: { '#partition': 'partition' },
    });
    const page: ScanCommandOutput = await callDynamoDb(() => client.send(command));
    for (const { partition } of page.Items ?? []) tenants.add(partition?.S?.split('#')[0] ?? '');
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
  return [...tenants];
}

function keyOf(tenant: string, day: string): Item {
  return { partition: { S: `${tenant}${GENERATIONS}` }, bucket: { S: day } };
}
