import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { TrafficStates } from '../../../insight/alerts/ports.ts';
import { trafficStateSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import {
  callConditionally,
  callDynamoDb,
  openTable,
  queryItems,
  type TableDeps,
} from '../table.ts';

export interface TrafficStatesDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Time for which a state stays after its last write, in seconds. Runs write it each minute. */
const KEPT_SECONDS = 7 * 86_400;

/**
 * Creates the states of the alerts on traffic in the table of the alerts. The states of a tenant are a
 * partition. A state is one attribute in JSON, because no expression looks into it.
 */
export function createTrafficStates(deps: TrafficStatesDeps): TrafficStates {
  const table = openTable(deps);
  const { client, table_name: TableName } = table;
  return {
    async list(tenant) {
      const states = new Map();
      const query = {
        KeyConditionExpression: '#partition = :partition',
        // The name is a reserved word of DynamoDB.
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':partition': { S: partitionOf(tenant) } },
        ConsistentRead: true,
      };
      for await (const { item, body } of queryItems(table, query)) {
        states.set(item?.S, trafficStateSchema.parse(JSON.parse(body?.S ?? '')));
      }
      return states;
    },
    async put(tenant, name, state) {
      const next = { ...state, version: state.version + 1 };
      const is_first = state.version === 0;
      const command = new PutItemCommand({
        TableName,
        Item: {
          ...keyOf(tenant, name),
          version: { N: String(next.version) },
          body: { S: JSON.stringify(next) },
          expires_at: { N: String(Math.floor(deps.now() / 1_000) + KEPT_SECONDS) },
        },
        ConditionExpression: is_first ? 'attribute_not_exists(version)' : 'version = :version',
        ...(is_first
          ? {}
          : { ExpressionAttributeValues: { ':version': { N: String(state.version) } } }),
      });
      const written = await callConditionally(() => client.send(command));
      return written === undefined ? undefined : next;
    },
    async delete(tenant, name) {
      const command = new DeleteItemCommand({ TableName, Key: keyOf(tenant, name) });
      void (await callDynamoDb(() => client.send(command)));
    },
  };
}

function partitionOf(tenant: string): string {
  return `states#${tenant}`;
}

function keyOf(tenant: string, name: string): Item {
  return { partition: { S: partitionOf(tenant) }, item: { S: name } };
}
