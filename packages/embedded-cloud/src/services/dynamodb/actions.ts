import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import { createBatchInsert } from './batch-insert.ts';
import { checkIndexUpdates, checkProjections } from './index-projections.ts';
import type { DynamoDbEmulator, TableDescription } from './store.ts';
import { addStreams } from './streams/table-actions.ts';
import type { TableStreams } from './streams/table-streams.ts';
import type { TimeToLive } from './time-to-live.ts';

type Action = (input: JsonObject) => Promise<JsonObject>;

/**
 * Maximum number of writes in a BatchWriteItem call.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const MOST_WRITES = 25;

/** Creates the actions that differ from dynalite's actions. */
export function createActions(
  emulator: DynamoDbEmulator,
  parts: {
    ttl: TimeToLive;
    streams: TableStreams;
    describeTable: (name: string) => Promise<TableDescription>;
    findTable: (name: string) => Promise<TableDescription | undefined>;
  },
): Record<string, Action> {
  const { run } = emulator;
  const { ttl, findTable } = parts;
  const table_actions = {
    async CreateTable(input: JsonObject) {
      checkProjections(input);
      return run('CreateTable', input);
    },
    async UpdateTable(input: JsonObject) {
      checkIndexUpdates(input, { ...(await findTable(String(input.TableName))) });
      return run('UpdateTable', input);
    },
    async DeleteTable(input: JsonObject) {
      const output = await run('DeleteTable', input);
      await ttl.forget(String(input.TableName));
      return output;
    },
    DescribeTable: (input: JsonObject) => run('DescribeTable', input),
  };
  return {
    ...addStreams(table_actions, parts.streams, parts.describeTable),
    BatchExecuteStatement: createBatchInsert(emulator, findTable),
    UpdateTimeToLive: ttl.update,
    DescribeTimeToLive: ttl.describe,
    async BatchWriteItem(input) {
      checkWrites(input.RequestItems);
      return run('BatchWriteItem', input);
    },
    async BatchGetItem(input) {
      return completeUnprocessedKeys(await run('BatchGetItem', input), input);
    },
  };
}

/**
 * Checks the number of writes in a BatchWriteItem call. AWS limits the writes of the whole call,
 * but dynalite limits the writes separately for each table.
 */
function checkWrites(tables: unknown): void {
  const lists = isObject(tables) ? Object.values(tables).filter(Array.isArray) : [];
  const writes = lists.reduce((sum, list) => sum + list.length, 0);
  if (writes <= MOST_WRITES || lists.length < 2) return;
  throw emulatedError(
    'ValidationException',
    'Too many items requested for the BatchWriteItem call',
  );
}

/**
 * Adds the requested projection to each entry of UnprocessedKeys, because dynalite omits the
 * projection.
 */
function completeUnprocessedKeys(output: JsonObject, { RequestItems }: JsonObject): JsonObject {
  const requested = isObject(RequestItems) ? RequestItems : {};
  const unprocessed = isObject(output.UnprocessedKeys)
    ? Object.entries(output.UnprocessedKeys)
    : [];
  const completed = unprocessed.map(([table, part]) => [
    table,
    { ...(requested[table] as object), ...(part as object) },
  ]);
  return { ...output, UnprocessedKeys: Object.fromEntries(completed) };
}
