import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import type { Item } from './partiql-insert.ts';
import type { DynamoDbEmulator, TableDescription } from './store.ts';

/**
 * Maximum age of an expiry time, in seconds. AWS does not delete an item that expired more than
 * five years ago, because such an expiry time is probably a mistake.
 */
const OLDEST_SECONDS = 5 * 365 * 86_400;

export interface TimeToLive {
  update(input: JsonObject): Promise<JsonObject>;
  describe(input: JsonObject): Promise<JsonObject>;
  /** Removes the time-to-live setting of a deleted table. */
  forget(table: string): Promise<void>;
  /**
   * Deletes the items that expired before `now`.
   *
   * @param now epoch milliseconds
   * @returns the number of deleted items
   */
  sweep(now: number): Promise<number>;
}

/**
 * Adds the expiry of items (time to live) to dynalite. As in AWS, an expired item is readable until
 * a sweep deletes the item.
 */
export function createTimeToLive(
  { store, run }: DynamoDbEmulator,
  describeTable: (name: string) => Promise<TableDescription>,
): TimeToLive {
  // The key space cannot collide with a table, because the name of a table cannot contain `~`.
  const settings = store.getTagDb('~time-to-live');
  const findAttribute = async (table: string): Promise<string | undefined> => {
    const value = await promisify(settings.get.bind(settings))(table);
    return typeof value === 'string' ? value : undefined;
  };
  const forget = (table: string): Promise<void> => promisify(settings.del.bind(settings))(table);

  return {
    async update({ TableName, TimeToLiveSpecification: specification }) {
      const table = String(TableName);
      const { AttributeName, Enabled } = checkSpecification(specification);
      void (await describeTable(table));
      const before = await findAttribute(table);
      if ((before !== undefined) === Enabled) {
        const state = Enabled ? 'enabled' : 'disabled';
        throw emulatedError('ValidationException', `TimeToLive is already ${state}`);
      }
      if (Enabled) await promisify(settings.put.bind(settings))(table, AttributeName);
      else await forget(table);
      return { TimeToLiveSpecification: { AttributeName, Enabled } };
    },
    async describe({ TableName }) {
      const table = String(TableName);
      void (await describeTable(table));
      const AttributeName = await findAttribute(table);
      const description =
        AttributeName === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName };
      return { TimeToLiveDescription: description };
    },
    forget,
    async sweep(now) {
      let deleted = 0;
      for (const table of await listTables(run)) {
        const attribute = await findAttribute(table);
        if (attribute === undefined) continue;
        const { KeySchema } = await describeTable(table);
        const keys = KeySchema.map(({ AttributeName }) => AttributeName);
        deleted += await sweepTable(run, { table, attribute, keys, now });
      }
      return deleted;
    },
  };
}

function checkSpecification(specification: unknown): { AttributeName: string; Enabled: boolean } {
  const { AttributeName, Enabled } = isObject(specification) ? specification : {};
  if (typeof AttributeName === 'string' && AttributeName !== '' && typeof Enabled === 'boolean') {
    return { AttributeName, Enabled };
  }
  throw emulatedError(
    'ValidationException',
    "1 validation error detected: Value at 'timeToLiveSpecification' failed to satisfy constraint: " +
      'AttributeName and Enabled must not be null',
  );
}

type Run = DynamoDbEmulator['run'];

async function listTables(run: Run): Promise<string[]> {
  const tables: string[] = [];
  let last: unknown;
  do {
    const page = await run(
      'ListTables',
      last === undefined ? {} : { ExclusiveStartTableName: last },
    );
    tables.push(...(page.TableNames as string[]));
    last = page.LastEvaluatedTableName;
  } while (last !== undefined);
  return tables;
}

interface Sweep {
  table: string;
  attribute: string;
  keys: string[];
  /** Time of the sweep, in epoch milliseconds. */
  now: number;
}

async function sweepTable(run: Run, { table, attribute, keys, now }: Sweep): Promise<number> {
  const seconds = Math.floor(now / 1000);
  const condition = '#expires <= :now AND #expires > :oldest';
  const values = { ':now': { N: `${seconds}` }, ':oldest': { N: `${seconds - OLDEST_SECONDS}` } };
  const bounds = {
    TableName: table,
    ExpressionAttributeNames: { '#expires': attribute },
    ExpressionAttributeValues: values,
  };
  let deleted = 0;
  let start: unknown;
  do {
    const page = await run('Scan', {
      ...bounds,
      FilterExpression: condition,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    for (const item of page.Items as Item[]) {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      // The condition is checked again, because the item may have been updated since the scan.
      deleted += await countDeletion(
        run('DeleteItem', { ...bounds, Key, ConditionExpression: condition }),
      );
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}

async function countDeletion(deletion: Promise<unknown>): Promise<number> {
  try {
    await deletion;
    return 1;
  } catch (error) {
    if (error instanceof EmulatedError) return 0;
    throw error;
  }
}
