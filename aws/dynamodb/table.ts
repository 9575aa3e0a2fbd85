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
  /**
   * Maximum number of attempts of one call, including the first. Default: the default of the SDK.
   */
  max_attempts?: number;
  table_name: string;
  /** Pauses before the next attempt to send the entries that DynamoDB did not process. */
  pause?: Pause;
}

export interface Table {
  client: DynamoDb;
  table_name: string;
  /** Limits the number of calls in flight at the same time. */
  limit: LimitFunction;
  pause: Pause;
}

/** Completes the dependencies of a table with default values. */
export function openTable(deps: TableDeps): Table {
  return {
    client: deps.client ?? createClient(DynamoDBClient, { max_attempts: deps.max_attempts }),
    table_name: deps.table_name,
    limit: pLimit(CALLS_AT_A_TIME),
    pause: deps.pause ?? createPause(),
  };
}

/**
 * Calls DynamoDB.
 *
 * @throws {ServiceError} if the call fails.
 */
export function callDynamoDb<Output>(call: () => Promise<Output>): Promise<Output> {
  return callService('dynamodb', call);
}

/**
 * Makes a conditional call. Returns undefined if the condition failed.
 *
 * @throws {ServiceError} if the call failed for another reason.
 */
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

/**
 * Yields all items of a query. One call returns up to 1 MB of items. The function makes the next
 * call only when the caller needs more items.
 *
 * @throws {ServiceError} if a call fails.
 */
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
