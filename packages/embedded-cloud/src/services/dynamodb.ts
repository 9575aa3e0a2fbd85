import { rethrowDiskFull } from '../full-disk.ts';
import { type JsonObject, jsonBody, jsonProtocol, targetAction } from '../gateway/json-protocol.ts';
import { EmulatedError } from '../gateway/level-emulator.ts';
import type { AwsCall, AwsReply, AwsService, Usage } from '../gateway/types.ts';
import { createActions } from './dynamodb/actions.ts';
import { consumesCapacity, readUsage } from './dynamodb/capacity.ts';
import { createExpireItem } from './dynamodb/expire-item.ts';
import { listPermissions } from './dynamodb/permissions.ts';
import { readAtOnce } from './dynamodb/read-at-once.ts';
import {
  type DynamoDbEmulator,
  openDynamoDbStore,
  type TableDescription,
} from './dynamodb/store.ts';
import { captureChanges } from './dynamodb/streams/capture.ts';
import { createStreamActions, isStreamCall } from './dynamodb/streams/stream-actions.ts';
import { readStreamArn } from './dynamodb/streams/table-stream.ts';
import { openTableStreams, type TableStreams } from './dynamodb/streams/table-streams.ts';
import { cacheTables } from './dynamodb/table-cache.ts';
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
  /** Number of shards of a new stream of a table. The default is 2. AWS documents no number. */
  stream_shards?: number;
  /**
   * Age at which a shard of a stream is closed and replaced by a child, in milliseconds. The default
   * is four hours, as on AWS.
   */
  shard_life_ms?: number;
  /**
   * Returns the label of a new stream of a table, which is the last part of the stream's ARN. If the
   * result is undefined, the label is the time, as on AWS.
   */
  streamLabelOf?: (table: string) => string | undefined;
}

export interface DynamoDbService extends AwsService {
  /**
   * Deletes the items that expired before `now`.
   *
   * @param now epoch milliseconds
   * @returns the number of deleted items
   */
  sweepExpired(now: number): Promise<number>;
  /**
   * Closes all open shards of the tables' streams, and opens `children` shards for each of them. AWS
   * does so when a shard is about four hours old, and when a partition of the table splits.
   *
   * @param table the table, or undefined for all tables
   * @returns the number of closed shards
   */
  replaceShards(children: number, table?: string): Promise<number>;
  /** Returns a text that differs after GetRecords would return more of a shard of a table's stream. */
  endOf(stream_arn: string, shard_id: string): string | undefined;
  /** Deletes the stream records that are older than 24 hours. */
  trimStreams(): Promise<void>;
}

/**
 * Maximum size of a request in bytes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const MOST_REQUEST_BYTES = 16 * 1024 * 1024;

const STREAM_SHARDS = 2;
const SHARD_LIFE_MS = 4 * 3_600_000;
const TRIM_EVERY_MS = 60_000;

const json = jsonProtocol('1.0');

/**
 * Emulates DynamoDB with dynalite, and adds three features: items can expire (time to live),
 * BatchExecuteStatement can insert items, and tables can have streams. Transactions and other
 * PartiQL statements are not emulated. The metered usage is `read_units` and `write_units`, without
 * the units of indexes.
 *
 * @example
 * const served = await serveService(await createDynamoDb({ now: Date.now }));
 * const client = new DynamoDBClient(clientConfig(served.endpoint));
 *
 * @throws {Error} if another process uses the folder
 */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDbService> {
  const { now } = options;
  const emulator = await openDynamoDbStore(options.path);
  readAtOnce(emulator.store);
  cacheTables(emulator.store);
  const streams = await openTableStreams(emulator, {
    now,
    shards: options.stream_shards ?? STREAM_SHARDS,
    shard_life_ms: options.shard_life_ms ?? SHARD_LIFE_MS,
    labelOf: options.streamLabelOf,
  });
  const writeItem = captureChanges(emulator.store, streams);
  const describeTable = createDescribeTable(emulator);
  const ttl = createTimeToLive(emulator, describeTable, createExpireItem(emulator, writeItem));
  const timers = startTimers(options, ttl, streams);
  return {
    service: 'dynamodb',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: listPermissions,
    ...createHandler(options, emulator, { ttl, streams, describeTable }),
    errorReply: json.error,
    sweepExpired: ttl.sweep,
    replaceShards: streams.replaceShards,
    endOf: (stream_arn, shard_id) => streams.log.endOf(readStreamArn(stream_arn) ?? '', shard_id),
    trimStreams: streams.trim,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await streams.log.waitUntilIdle();
      await emulator.close();
    },
  };
}

interface Parts {
  ttl: ReturnType<typeof createTimeToLive>;
  streams: TableStreams;
  describeTable: (name: string) => Promise<TableDescription>;
}

/**
 * Starts the deletions that recur. A failed run is not reported, because the next run tries the same
 * deletions again. Only a full disk is reported, because no later run can succeed.
 */
function startTimers(
  { now, sweep_every_ms = 600_000 }: DynamoDbOptions,
  ttl: Parts['ttl'],
  streams: TableStreams,
): NodeJS.Timeout[] {
  const timers = [
    setInterval(() => {
      ttl.sweep(now()).catch(rethrowDiskFull);
    }, sweep_every_ms),
    setInterval(() => {
      streams.trim().catch(rethrowDiskFull);
    }, TRIM_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  return timers;
}

function createHandler(
  options: DynamoDbOptions,
  emulator: DynamoDbEmulator,
  parts: Parts,
): Pick<AwsService, 'handle' | 'usageOf'> {
  const findTable = createFindTable(emulator);
  const actions = createActions(emulator, { ...parts, findTable });
  const runStreamAction = createStreamActions(parts.streams, options.now);
  const limit: LimitThroughput =
    options.throughput === 'on-demand'
      ? createThroughput({ now: options.now, findTable })
      : (_action, input, runAction) => runAction(input);
  const usages = new WeakMap<AwsReply, Usage>();

  const answer = async (call: AwsCall, input: JsonObject): Promise<AwsReply> => {
    if (isStreamCall(call)) {
      const output = await runStreamAction(call.action, input, call.caller);
      return Buffer.isBuffer(output) ? json.text(output) : json.reply(output);
    }
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
  };
  return {
    async handle(call) {
      if (call.body.length > MOST_REQUEST_BYTES) {
        return json.error(413, 'RequestEntityTooLargeException', 'The request exceeds 16 MB.');
      }
      const input = jsonBody(call);
      if (input === undefined) {
        return json.error(400, 'SerializationException', 'The request body is not a JSON object.');
      }
      try {
        return await answer(call, input);
      } catch (error) {
        if (error instanceof EmulatedError) return json.reply(error.body, error.status);
        throw error;
      }
    },
    usageOf: (_call, reply) => usages.get(reply) ?? {},
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

/** Creates a function that finds a table. The description is shared, and must not be changed. */
function createFindTable({ store }: DynamoDbEmulator) {
  return (name: string): Promise<TableDescription | undefined> =>
    new Promise((resolve, reject) => {
      store.getTable(name, (error, table) => {
        const { statusCode } = { ...(error as { statusCode?: number } | null) };
        // An error with a status is the reply that the table does not exist.
        if (error && statusCode === undefined) reject(error);
        else resolve(error ? undefined : table);
      });
    });
}
