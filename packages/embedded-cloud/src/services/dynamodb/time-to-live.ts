import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import type { Item } from './partiql-insert.ts';
import type { DynamoDbEmulator, TableDescription } from './store.ts';

/** AWS leaves what expired longer ago than five years alone: more likely a mistake than an age. */
const OLDEST_SECONDS = 5 * 365 * 86_400;

export interface TimeToLive {
  update(input: JsonObject): Promise<JsonObject>;
  describe(input: JsonObject): Promise<JsonObject>;
  /** Forgets a deleted table's setting. */
  forget(table: string): Promise<void>;
  /** Deletes what expired before `now` (epoch ms). @returns how many items. */
  sweep(now: number): Promise<number>;
}

/** Time to live, which dynalite lacks. As in AWS, expired items stay readable until a sweep finds them. */
export function createTimeToLive(
  { store, run }: DynamoDbEmulator,
  tableOf: (name: string) => Promise<TableDescription>,
): TimeToLive {
  // `~` is in no table's name.
  const settings = store.getTagDb('~time-to-live');
  const attributeOf = async (table: string): Promise<string | undefined> => {
    const value = await promisify(settings.get.bind(settings))(table);
    return typeof value === 'string' ? value : undefined;
  };
  const forget = (table: string): Promise<void> => promisify(settings.del.bind(settings))(table);

  return {
    async update({ TableName, TimeToLiveSpecification: specification }) {
      const table = String(TableName);
      const { AttributeName, Enabled } = checkSpecification(specification);
      await tableOf(table);
      const before = await attributeOf(table);
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
      await tableOf(table);
      const AttributeName = await attributeOf(table);
      const description =
        AttributeName === undefined
          ? { TimeToLiveStatus: 'DISABLED' }
          : { TimeToLiveStatus: 'ENABLED', AttributeName };
      return { TimeToLiveDescription: description };
    },
    forget,
    async sweep(now) {
      let deleted = 0;
      for (const table of await allTables(run)) {
        const attribute = await attributeOf(table);
        if (attribute === undefined) continue;
        const { KeySchema } = await tableOf(table);
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

async function allTables(run: Run): Promise<string[]> {
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
  /** Epoch ms. */
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
      // On the condition again: it may have been prolonged meanwhile.
      deleted += await countIfDone(
        run('DeleteItem', { ...bounds, Key, ConditionExpression: condition }),
      );
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}

async function countIfDone(deletion: Promise<unknown>): Promise<number> {
  try {
    await deletion;
    return 1;
  } catch (error) {
    if (error instanceof EmulatedError) return 0;
    throw error;
  }
}
