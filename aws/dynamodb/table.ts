import { DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import pLimit, { type LimitFunction } from 'p-limit';
import { createPause, type Pause } from '../../lib/backoff.ts';
import { ServiceError } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import type { Item } from './attribute.ts';

const CALLS_AT_A_TIME = 16;

type DynamoDb = Pick<DynamoDBClient, 'send'>;

export interface TableDeps {
  client?: DynamoDb;
  /** Attempts of one call, the first included. Default: the SDK's. */
  max_attempts?: number;
  table_name: string;
  /** Waits before entries that DynamoDB left unprocessed are sent again. */
  pause?: Pause;
}

export interface Table {
  client: DynamoDb;
  table_name: string;
  /** Limits the calls in flight. */
  limit: LimitFunction;
  pause: Pause;
}

/** Completes a table's dependencies with their defaults. */
export function openTable(deps: TableDeps): Table {
  return {
    client: deps.client ?? createClient(DynamoDBClient, { max_attempts: deps.max_attempts }),
    table_name: deps.table_name,
    limit: pLimit(CALLS_AT_A_TIME),
    pause: deps.pause ?? createPause(),
  };
}

/** @throws {ServiceError} */
export function callDynamoDb<Output>(call: () => Promise<Output>): Promise<Output> {
  return callService('dynamodb', call);
}

/** Makes a conditional call; undefined when its condition failed. @throws {ServiceError} */
export async function callConditionally<Output>(
  call: () => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await callDynamoDb(call);
  } catch (cause) {
    const has_failed_condition =
      cause instanceof ServiceError && cause.code === 'ConditionalCheckFailedException';
    if (has_failed_condition) return undefined;
    throw cause;
  }
}

/** Yields all items of a query; the next call (1 MB) is made when its first item is needed. @throws {ServiceError} */
export async function* queryItems(
  { client, table_name }: Table,
  query: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Item> {
  let next: Item | undefined;
  do {
    const command = new QueryCommand({ TableName: table_name, ...query, ExclusiveStartKey: next });
    const { Items = [], LastEvaluatedKey } = await callDynamoDb(() => client.send(command));
    yield* Items;
    next = LastEvaluatedKey;
  } while (next !== undefined);
}
