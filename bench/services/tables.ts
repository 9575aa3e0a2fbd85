import { computeByteMonths, computeIndexUnits, computeWriteUnits, type Item } from './item-size.ts';

/** Key attributes of each table that the programs use. */
const KEYS: Record<string, string[]> = {
  cache: ['fingerprint'],
  results: ['record_key'],
  quota: ['quota'],
  jobs: ['job_id', 'part'],
  idempotency: ['id'],
};
const INDEXED_TABLE = 'results';

/** Usage that DynamoDB bills for a write and for storing the item. */
export interface WriteUsage {
  write_units: number;
  byte_months: number;
}

export interface Tables {
  get(table: string, key: Item): Item | undefined;
  /** Stores an item, and replaces an existing item with the same key. */
  put(table: string, item: Item): WriteUsage;
  delete(table: string, key: Item): void;
  countRows(table: string): number;
}

/** Creates tables in memory. A caller may pass a whole item where a method expects a key. */
export function createTables(): Tables {
  const tables = new Map<string, Map<string, Item>>();
  const itemsOf = (table: string) => {
    const items = tables.get(table) ?? new Map<string, Item>();
    tables.set(table, items);
    return items;
  };
  return {
    get: (table, key) => itemsOf(table).get(keyOf(table, key)),
    put(table, item) {
      const before = itemsOf(table).get(keyOf(table, item));
      itemsOf(table).set(keyOf(table, item), item);
      return computeWriteUsage(before, item, { is_indexed: table === INDEXED_TABLE });
    },
    delete: (table, key) => void itemsOf(table).delete(keyOf(table, key)),
    countRows: (table) => itemsOf(table).size,
  };
}

function keyOf(table: string, item: Item): string {
  return KEYS[table]!.map((name) => item[name]!.S ?? item[name]!.N).join('\0');
}

function computeWriteUsage(
  before: Item | undefined,
  after: Item,
  { is_indexed }: { is_indexed: boolean },
): WriteUsage {
  const storageOf = (item: Item | undefined) =>
    item === undefined ? 0 : computeByteMonths(item, { is_indexed });
  // DynamoDB compares the item's size before and after the write, and bills the larger size.
  const units = Math.max(
    computeWriteUnits(after),
    before === undefined ? 0 : computeWriteUnits(before),
  );
  return {
    write_units: units + (is_indexed ? computeIndexUnits(after) : 0),
    byte_months: storageOf(after) - storageOf(before),
  };
}

export function sumWriteUsage(usages: WriteUsage[]): WriteUsage {
  return {
    write_units: usages.reduce((sum, usage) => sum + usage.write_units, 0),
    byte_months: usages.reduce((sum, usage) => sum + usage.byte_months, 0),
  };
}
