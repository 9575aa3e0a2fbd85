import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import type { createExpireItem } from './expire-item.ts';
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
  expireItem: ReturnType<typeof createExpireItem>,
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
        const description = await describeTable(table);
        deleted += await sweepTable({ run, expireItem, table: description, attribute, now });
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
  run: Run;
  expireItem: ReturnType<typeof createExpireItem>;
  table: TableDescription;
  attribute: string;
  /** Time of the sweep, in epoch milliseconds. */
  now: number;
}

async function sweepTable({ run, expireItem, table, attribute, now }: Sweep): Promise<number> {
  const seconds = Math.floor(now / 1000);
  const isExpired = (item: Item): boolean => {
    const expires_at = Number(item[attribute]?.N ?? Number.NaN);
    return expires_at <= seconds && expires_at > seconds - OLDEST_SECONDS;
  };
  let deleted = 0;
  let start: unknown;
  do {
    const page = await run('Scan', {
      TableName: table.TableName,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    for (const item of (page.Items as Item[]).filter(isExpired)) {
      // The item is checked again, because it may have been updated since the scan.
      if (await expireItem(table, item, isExpired)) deleted += 1;
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}
