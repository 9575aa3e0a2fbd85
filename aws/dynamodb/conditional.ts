import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../schemas/index.ts';
import type { Item, JobsTable } from './jobs/rows.ts';
import { called } from './results/insert.ts';

/** What was answered; undefined where the condition failed. @throws {ServiceError} */
export async function conditional<Output>(
  call: () => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await called(call);
  } catch (cause) {
    if (cause instanceof ServiceError && cause.code === 'ConditionalCheckFailedException') {
      return undefined;
    }
    throw cause;
  }
}

/** The items of a query to its end, a call (1 MB) at a time as they are asked for. @throws {ServiceError} */
export async function* queried(
  { client, table_name }: JobsTable,
  query: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Item> {
  let next: Item | undefined;
  do {
    const command = new QueryCommand({ TableName: table_name, ...query, ExclusiveStartKey: next });
    const { Items = [], LastEvaluatedKey } = await called(() => client.send(command));
    yield* Items;
    next = LastEvaluatedKey;
  } while (next !== undefined);
}
