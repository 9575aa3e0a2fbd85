import {
  type AttributeValue,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { AlertEvents, EventName } from '../../../insight/alerts/ports.ts';
import {
  type AlertDelivery,
  type AlertEvent,
  alertDeliverySchema,
  alertEventSchema,
} from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';
import { callConditionally, callDynamoDb, openTable, type TableDeps } from '../table.ts';

export interface AlertEventsDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Time for which an event is in the history of its alert, in seconds. The stream keeps changes for a day. */
const KEPT_SECONDS = 30 * 86_400;

/** A delivery has an attribute of its own, because several are made at once. */
const itemSchema = z.looseObject({
  ...alertEventSchema.omit({ deliveries: true }).shape,
  destinations: z.int(),
  expires_at: z.int(),
});

/**
 * Creates the events of alerts in the table of the alerts. The events of an alert are a partition, sorted
 * by time. The key of an event comes from the change that fired it, so an event is stored once.
 */
export function createAlertEvents(deps: AlertEventsDeps): AlertEvents {
  const table = openTable(deps);
  const { client, table_name: TableName } = table;
  const get = async (name: EventName) => {
    const command = new GetItemCommand({ TableName, Key: keyOf(name), ConsistentRead: true });
    const { Item } = await callDynamoDb(() => client.send(command));
    return Item === undefined ? undefined : readEvent(Item);
  };
  return {
    get,
    async create(name, event) {
      const command = new PutItemCommand({
        TableName,
        Item: { ...toItem(event, deps.now()), ...keyOf(name) },
        ConditionExpression: 'attribute_not_exists(event_id)',
      });
      const written = await callConditionally(() => client.send(command));
      return written === undefined ? get(name) : undefined;
    },
    async setDelivery({ destination, attempt, ...name }, delivery) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(name),
        UpdateExpression: 'SET #delivery = :delivery',
        ConditionExpression: '#delivery.#state = :pending AND size(#delivery.#attempts) = :before',
        ExpressionAttributeNames: {
          '#delivery': nameOf(destination),
          ...{ '#state': 'state', '#attempts': 'attempts' },
        },
        ExpressionAttributeValues: {
          ...itemOf({ ':before': attempt - 1, ':pending': 'pending' }),
          ':delivery': toMap(delivery),
        },
      });
      return (await callConditionally(() => client.send(command))) !== undefined;
    },
    async list({ tenant, name, limit, before }) {
      const command = new QueryCommand({
        TableName,
        KeyConditionExpression: `#partition = :partition${before === undefined ? '' : ' AND #item < :before'}`,
        // Both names are reserved words of DynamoDB.
        ExpressionAttributeNames: {
          '#partition': 'partition',
          ...(before === undefined ? {} : { '#item': 'item' }),
        },
        ExpressionAttributeValues: {
          ':partition': { S: partitionOf(tenant, name) },
          ...(before === undefined ? {} : { ':before': { S: before } }),
        },
        ScanIndexForward: false,
        // One more item shows whether there is another page. The items of a page have less than 1 MB.
        Limit: limit + 1,
      });
      const { Items = [] } = await callDynamoDb(() => client.send(command));
      const kept = Items.filter(({ expires_at }) => Number(expires_at?.N) * 1_000 > deps.now());
      const page = kept.slice(0, limit);
      return {
        events: page.map(readEvent),
        next: kept.length > limit ? page.at(-1)?.item?.S : undefined,
      };
    },
  };
}

function toItem({ deliveries, ...event }: AlertEvent, now: number): Item {
  return {
    ...itemOf(event),
    ...Object.fromEntries(deliveries.map((delivery, i) => [nameOf(i), toMap(delivery)])),
    ...itemOf({
      destinations: deliveries.length,
      expires_at: Math.floor(now / 1_000) + KEPT_SECONDS,
    }),
  };
}

function toMap({ kind, host, state, attempts }: AlertDelivery): AttributeValue {
  const L = attempts.map((attempt) => ({ M: itemOf(attempt) }));
  return { M: { ...itemOf({ kind, host, state }), attempts: { L } } };
}

function readEvent(item: Item): AlertEvent {
  const { destinations, ...stored } = itemSchema.parse(unmarshall(item));
  const deliveries = Array.from({ length: destinations }, (_, i) =>
    alertDeliverySchema.parse(stored[nameOf(i)]),
  );
  return alertEventSchema.parse({ ...stored, deliveries });
}

const nameOf = (destination: number) => `delivery_${destination}`;

function partitionOf(tenant: string, name: string): string {
  return `events#${tenant}#${name}`;
}

function keyOf({ tenant, name, fired_at, event_id }: EventName): Item {
  return {
    partition: { S: partitionOf(tenant, name) },
    item: { S: `${fired_at}#${event_id}` },
  };
}
