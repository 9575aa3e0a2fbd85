import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type {
  Addition,
  CountsReader,
  CountsRows,
  CountsStore,
  Generations,
  RowName,
} from '../../../insight/counts/ports.ts';
import type { Item } from '../attribute.ts';
import {
  callConditionally,
  callDynamoDb,
  openTable,
  queryItems,
  type Table,
  type TableDeps,
} from '../table.ts';
import { createGenerations, listTenants } from './generations.ts';

/** The attributes of a row that are no measures. The name of every measure contains a dot. */
const CHANGED_AT = 'changed_at';
const MARK = 'seq';

/**
 * Creates the store of the counts in a DynamoDB table with the keys `partition` and `bucket`. An
 * addition is one conditional write. Only a refused write is followed by a read.
 */
export function createCountsStore(
  deps: TableDeps,
): CountsStore & CountsReader & CountsRows & Generations {
  const table = openTable(deps);
  return {
    async add(row, addition) {
      const command = new UpdateItemCommand(update(table, row, addition));
      const written = await callConditionally(() => table.client.send(command));
      return written === undefined ? readMark(table, row) : undefined;
    },
    async read(partition, from, to) {
      const rows = [];
      // A bucket is longer than the start with which it begins, so `to` itself is never read.
      for await (const item of queryItems(table, {
        KeyConditionExpression: '#partition = :partition AND #bucket BETWEEN :from AND :to',
        // Both names are reserved words of DynamoDB.
        ExpressionAttributeNames: { '#partition': 'partition', '#bucket': 'bucket' },
        ExpressionAttributeValues: {
          ':partition': { S: partition },
          ':from': { S: from },
          ':to': { S: to },
        },
      })) {
        rows.push(rowOf(item));
      }
      return rows;
    },
    async remove(row) {
      const command = new DeleteItemCommand({ TableName: table.table_name, Key: keyOf(row) });
      void (await callDynamoDb(() => table.client.send(command)));
    },
    listTenants: () => listTenants(table),
    ...createGenerations(table),
  };
}

function update({ table_name: TableName }: Table, row: RowName, addition: Addition) {
  const { measures, first, last, changed_at } = addition;
  const entries = Object.entries(measures);
  const expires = row.expires_at === undefined ? '' : ', expires_at = :expires_at';
  const add = entries.length === 0 ? '' : ` ADD ${entries.map((_, i) => `#${i} :${i}`).join()}`;
  return {
    TableName,
    Key: keyOf(row),
    UpdateExpression: `SET ${MARK} = :last, ${CHANGED_AT} = :changed_at${expires}${add}`,
    ConditionExpression: `attribute_not_exists(${MARK}) OR ${MARK} < :first`,
    ...(entries.length === 0
      ? {}
      : {
          ExpressionAttributeNames: Object.fromEntries(entries.map(([name], i) => [`#${i}`, name])),
        }),
    ExpressionAttributeValues: {
      ...Object.fromEntries(entries.map(([, value], i) => [`:${i}`, { N: String(value) }])),
      ':first': { S: first },
      ':last': { S: last },
      ':changed_at': { N: String(changed_at) },
      ...(row.expires_at === undefined ? {} : { ':expires_at': { N: String(row.expires_at) } }),
    },
  };
}

/** Reads the mark of a row. Returns an empty string if DynamoDB has deleted the row meanwhile. */
async function readMark({ client, table_name: TableName }: Table, row: RowName): Promise<string> {
  const command = new GetItemCommand({
    TableName,
    Key: keyOf(row),
    ProjectionExpression: MARK,
    ConsistentRead: true,
  });
  const { Item } = await callDynamoDb(() => client.send(command));
  return Item?.[MARK]?.S ?? '';
}

function keyOf({ partition, bucket }: RowName): Item {
  return { partition: { S: partition }, bucket: { S: bucket } };
}

function rowOf(item: Item) {
  const measures = Object.entries(item).flatMap(([name, { N }]) =>
    name.includes('.') && N !== undefined ? [[name, Number(N)] as const] : [],
  );
  return {
    bucket: item.bucket?.S ?? '',
    changed_at: Number(item[CHANGED_AT]?.N ?? 0),
    measures: Object.fromEntries(measures),
  };
}
