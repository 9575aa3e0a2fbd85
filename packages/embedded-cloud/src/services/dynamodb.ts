import { rethrowDiskFull } from '../full-disk.ts';
import {
  isObject,
  type JsonObject,
  jsonBody,
  jsonProtocol,
  targetAction,
} from '../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../gateway/level-emulator.ts';
import type { AwsReply, AwsService, Usage } from '../gateway/types.ts';
import { createBatchInsert } from './dynamodb/batch-insert.ts';
import { consumesCapacity, readUsage } from './dynamodb/capacity.ts';
import { checkIndexUpdates, checkProjections } from './dynamodb/index-projections.ts';
import { listPermissions } from './dynamodb/permissions.ts';
import {
  type DynamoDbEmulator,
  openDynamoDbStore,
  type TableDescription,
} from './dynamodb/store.ts';
import { createThroughput, type LimitThroughput } from './dynamodb/throughput/throughput.ts';
import { createTimeToLive } from './dynamodb/time-to-live.ts';

export interface DynamoDbOptions {
  /** Folder of the LevelDB files. Without a folder, all data is in memory only. */
  path?: string;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /**
   * Interval between deletions of expired items, in milliseconds. The default is ten minutes,
   * although AWS may take up to two days to delete an expired item.
   */
  sweep_every_ms?: number;
  /**
   * `on-demand` limits calls to the throughput of on-demand tables. The default, `unlimited`, does
   * not, because the model cannot split a hot partition as AWS may do.
   */
  throughput?: 'unlimited' | 'on-demand';
}

export interface DynamoDbService extends AwsService {
  /**
   * Deletes the items that expired before `now`.
   *
   * @param now epoch milliseconds
   * @returns the number of deleted items
   */
  sweepExpired(now: number): Promise<number>;
}

type Action = (input: JsonObject) => Promise<JsonObject>;

/**
 * Maximum number of writes in a BatchWriteItem call, and maximum size of the request in bytes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const MOST_WRITES = 25;
const MOST_REQUEST_BYTES = 16 * 1024 * 1024;

const json = jsonProtocol('1.0');

/**
 * Emulates DynamoDB with dynalite, and adds two features: items can expire (time to live), and
 * BatchExecuteStatement can insert items. Transactions, streams and other PartiQL statements are
 * not emulated. The metered usage is `read_units` and `write_units`, without the units of indexes.
 *
 * @example
 * const served = await serveService(await createDynamoDb({ now: Date.now }));
 * const client = new DynamoDBClient(clientConfig(served.endpoint));
 *
 * @throws {Error} if another process uses the folder
 */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDbService> {
  const emulator = await openDynamoDbStore(options.path);
  const describeTable = createDescribeTable(emulator);
  const ttl = createTimeToLive(emulator, describeTable);
  const findTable = createFindTable(describeTable);
  const actions = createActions(emulator, ttl, findTable);
  const limit: LimitThroughput =
    options.throughput === 'on-demand'
      ? createThroughput({ now: options.now, findTable })
      : (_action, input, runAction) => runAction(input);
  const usages = new WeakMap<AwsReply, Usage>();

  const timer = setInterval(() => {
    // A failed sweep is not reported, because the next sweep tries to delete the same items again.
    // Only a full disk is reported, because no later sweep can succeed.
    ttl.sweep(options.now()).catch(rethrowDiskFull);
  }, options.sweep_every_ms ?? 600_000);
  timer.unref();

  return {
    service: 'dynamodb',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: listPermissions,
    async handle(call) {
      if (call.body.length > MOST_REQUEST_BYTES) {
        return json.error(413, 'RequestEntityTooLargeException', 'The request exceeds 16 MB.');
      }
      const input = jsonBody(call);
      if (input === undefined) {
        return json.error(400, 'SerializationException', 'The request body is not a JSON object.');
      }
      try {
        const runAction = actions[call.action] ?? ((given) => emulator.run(call.action, given));
        const is_metered = consumesCapacity(call.action);
        const wanted = input.ReturnConsumedCapacity ?? 'NONE';
        const capacity_request =
          is_metered && wanted === 'NONE' ? { ReturnConsumedCapacity: 'TOTAL' } : {};
        const output = await limit(call.action, { ...input, ...capacity_request }, runAction);
        const { ConsumedCapacity: _, ...without_capacity } = output;
        const reply = json.reply(wanted === 'NONE' ? without_capacity : output);
        usages.set(reply, readUsage(call.action, output));
        return reply;
      } catch (error) {
        if (error instanceof EmulatedError) return json.reply(error.body, error.status);
        throw error;
      }
    },
    usageOf: (_call, reply) => usages.get(reply) ?? {},
    errorReply: json.error,
    sweepExpired: ttl.sweep,
    async close() {
      clearInterval(timer);
      await emulator.close();
    },
  };
}

function createDescribeTable({ store }: DynamoDbEmulator) {
  return (name: string): Promise<TableDescription> =>
    new Promise((resolve, reject) => {
      store.getTable(name, false, (error, table) => {
        if (error === null || error === undefined) return resolve(table as TableDescription);
        const { statusCode, body } = error as { statusCode?: number; body?: JsonObject };
        reject(statusCode && body ? new EmulatedError(statusCode, body) : error);
      });
    });
}

function createFindTable(describeTable: (name: string) => Promise<TableDescription>) {
  return (name: string): Promise<TableDescription | undefined> =>
    describeTable(name).catch((error: unknown) => {
      if (error instanceof EmulatedError) return undefined;
      throw error;
    });
}

function createActions(
  emulator: DynamoDbEmulator,
  ttl: ReturnType<typeof createTimeToLive>,
  findTable: (name: string) => Promise<TableDescription | undefined>,
): Record<string, Action> {
  const { run } = emulator;
  return {
    BatchExecuteStatement: createBatchInsert(emulator, findTable),
    UpdateTimeToLive: ttl.update,
    DescribeTimeToLive: ttl.describe,
    async CreateTable(input) {
      checkProjections(input);
      return run('CreateTable', input);
    },
    async UpdateTable(input) {
      checkIndexUpdates(input, { ...(await findTable(String(input.TableName))) });
      return run('UpdateTable', input);
    },
    async DeleteTable(input) {
      const output = await run('DeleteTable', input);
      await ttl.forget(String(input.TableName));
      return output;
    },
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
