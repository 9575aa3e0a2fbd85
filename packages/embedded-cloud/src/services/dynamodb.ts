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
import { consumes, unitsOf } from './dynamodb/capacity.ts';
import { checkIndexUpdates, checkProjections } from './dynamodb/index-projections.ts';
import { permissionsOf } from './dynamodb/permissions.ts';
import {
  type DynamoDbEmulator,
  openDynamoDbStore,
  type TableDescription,
} from './dynamodb/store.ts';
import { createTimeToLive } from './dynamodb/time-to-live.ts';

export interface DynamoDbOptions {
  /** A folder for LevelDB; absent: everything is gone with the process. */
  path?: string;
  /** Epoch ms. */
  now: () => number;
  /** How often expired items are deleted. AWS takes up to two days; absent: ten minutes. */
  sweep_every_ms?: number;
}

export interface DynamoDbService extends AwsService {
  /** Deletes the items whose time to live ended before `now` (epoch ms). @returns how many. */
  sweepExpired(now: number): Promise<number>;
}

type Action = (input: JsonObject) => Promise<JsonObject>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MOST_WRITES = 25;
const MOST_REQUEST_BYTES = 16 * 1024 * 1024;

const json = jsonProtocol('1.0');

/**
 * DynamoDB: dynalite with time to live, and BatchExecuteStatement for inserts, put in front. Not played: transactions,
 * streams, other PartiQL. Usage: `read_units` and `write_units`, those of indexes left out.
 *
 * @throws {Error} where another process holds the folder.
 */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDbService> {
  const emulator = await openDynamoDbStore(options.path);
  const tableOf = describedTable(emulator);
  const ttl = createTimeToLive(emulator, tableOf);
  const actions = createActions(emulator, ttl, tableOf);
  const usages = new WeakMap<AwsReply, Usage>();

  const timer = setInterval(() => {
    // Best effort, as in AWS: the next sweep finds what this one could not.
    ttl.sweep(options.now()).catch(() => {});
  }, options.sweep_every_ms ?? 600_000);
  timer.unref();

  return {
    service: 'dynamodb',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf,
    async handle(call) {
      if (call.body.length > MOST_REQUEST_BYTES) {
        return json.error(413, 'RequestEntityTooLargeException', 'The request exceeds 16 MB.');
      }
      const input = jsonBody(call);
      if (input === undefined) {
        return json.error(400, 'SerializationException', 'The body is no JSON object.');
      }
      try {
        const act = actions[call.action] ?? ((given) => emulator.run(call.action, given));
        const metered = consumes(call.action);
        const wanted = input.ReturnConsumedCapacity ?? 'NONE';
        const asked = metered && wanted === 'NONE' ? { ReturnConsumedCapacity: 'TOTAL' } : {};
        const output = await act({ ...input, ...asked });
        const { ConsumedCapacity: _, ...unasked } = output;
        const reply = json.reply(wanted === 'NONE' ? unasked : output);
        usages.set(reply, unitsOf(call.action, output));
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

function describedTable({ store }: DynamoDbEmulator) {
  return (name: string): Promise<TableDescription> =>
    new Promise((resolve, reject) => {
      store.getTable(name, false, (error, table) => {
        if (error === null || error === undefined) return resolve(table as TableDescription);
        const { statusCode, body } = error as { statusCode?: number; body?: JsonObject };
        reject(statusCode && body ? new EmulatedError(statusCode, body) : error);
      });
    });
}

function createActions(
  emulator: DynamoDbEmulator,
  ttl: ReturnType<typeof createTimeToLive>,
  tableOf: (name: string) => Promise<TableDescription>,
): Record<string, Action> {
  const { run } = emulator;
  const known = (name: string) =>
    tableOf(name).catch((error: unknown) => {
      if (error instanceof EmulatedError) return undefined;
      throw error;
    });
  return {
    BatchExecuteStatement: createBatchInsert(emulator, known),
    UpdateTimeToLive: ttl.update,
    DescribeTimeToLive: ttl.describe,
    async CreateTable(input) {
      checkProjections(input);
      return run('CreateTable', input);
    },
    async UpdateTable(input) {
      checkIndexUpdates(input, { ...(await known(String(input.TableName))) });
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
      return withWholeKeys(await run('BatchGetItem', input), input);
    },
  };
}

/** dynalite counts the writes of each table, AWS those of the call. */
function checkWrites(tables: unknown): void {
  const lists = isObject(tables) ? Object.values(tables).filter(Array.isArray) : [];
  const writes = lists.reduce((sum, list) => sum + list.length, 0);
  if (writes <= MOST_WRITES || lists.length < 2) return;
  throw emulatedError(
    'ValidationException',
    'Too many items requested for the BatchWriteItem call',
  );
}

/** dynalite leaves the projection out of the keys to ask for again. */
function withWholeKeys(output: JsonObject, { RequestItems }: JsonObject): JsonObject {
  const asked = isObject(RequestItems) ? RequestItems : {};
  const left = isObject(output.UnprocessedKeys) ? Object.entries(output.UnprocessedKeys) : [];
  const whole = left.map(([table, part]) => [
    table,
    { ...(asked[table] as object), ...(part as object) },
  ]);
  return { ...output, UnprocessedKeys: Object.fromEntries(whole) };
}
