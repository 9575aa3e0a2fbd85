import { PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Incidents } from '../../../insight/alerts/ports.ts';
import { type Incident, incidentSchema } from '../../../schemas/index.ts';
import { attributeOf, type Item, itemOf } from '../attribute.ts';
import { callConditionally, callDynamoDb, openTable, type TableDeps } from '../table.ts';

export interface IncidentsDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Time for which an incident is kept, in seconds. Charts show 90 days. */
const KEPT_SECONDS = 90 * 86_400;

/**
 * Creates the incidents in the table of the alerts. The incidents of a tenant are a partition, sorted by
 * the time at which they fired.
 */
export function createIncidents(deps: IncidentsDeps): Incidents {
  const { client, table_name: TableName } = openTable(deps);
  return {
    async open(tenant, incident) {
      const expires_at = Math.floor(deps.now() / 1_000) + KEPT_SECONDS;
      const command = new PutItemCommand({
        TableName,
        Item: { ...itemOf({ ...incident, expires_at }), ...keyOf(tenant, incident) },
        ConditionExpression: 'attribute_not_exists(incident_id)',
      });
      // If it is stored already, it may also be resolved already.
      void (await callConditionally(() => client.send(command)));
    },
    async resolve(tenant, { resolved_at = '', resolved, ...incident }) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(tenant, incident),
        UpdateExpression: 'SET resolved_at = :at, resolved = :finding',
        // An incident that has expired does not come back.
        ConditionExpression: 'attribute_exists(incident_id)',
        ExpressionAttributeValues: {
          ':at': { S: resolved_at },
          ':finding': attributeOf({ ...resolved }),
        },
      });
      void (await callConditionally(() => client.send(command)));
    },
    async list({ tenant, from, to, limit, before }) {
      const command = new QueryCommand({
        TableName,
        KeyConditionExpression: '#partition = :partition AND #item BETWEEN :from AND :to',
        // Both names are reserved words of DynamoDB.
        ExpressionAttributeNames: { '#partition': 'partition', '#item': 'item' },
        ExpressionAttributeValues: {
          ':partition': { S: partitionOf(tenant) },
          ':from': { S: from },
          ':to': { S: before ?? to },
        },
        ScanIndexForward: false,
        // Two more: BETWEEN includes the position `before`, and one more item shows another page.
        Limit: limit + 2,
      });
      const { Items = [] } = await callDynamoDb(() => client.send(command));
      const found = Items.filter(({ item }) => item?.S !== before).filter(
        ({ expires_at }) => Number(expires_at?.N) * 1_000 > deps.now(),
      );
      const page = found.slice(0, limit);
      return {
        incidents: page.map((item) => incidentSchema.parse(unmarshall(item))),
        next: found.length > limit ? page.at(-1)?.item?.S : undefined,
      };
    },
  };
}

function partitionOf(tenant: string): string {
  return `incidents#${tenant}`;
}

function keyOf(
  tenant: string,
  { fired_at, incident_id }: Pick<Incident, 'fired_at' | 'incident_id'>,
): Item {
  return { partition: { S: partitionOf(tenant) }, item: { S: `${fired_at}#${incident_id}` } };
}
