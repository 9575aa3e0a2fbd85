import type { Answer } from './answer.ts';
import { byteMonths, type Item, indexUnits, readUnits, writeUnits } from './item-size.ts';
import { atMost, ITEMS_PER_WRITE, KEYS_PER_READ } from './limits.ts';
import { changes, holds, type Update } from './update-item.ts';

/** The tables that the programs use, by their key. */
const KEYS: Record<string, string[]> = {
  cache: ['fingerprint'],
  results: ['record_key'],
  quota: ['quota'],
  jobs: ['job_id', 'part'],
  idempotency: ['id'],
};
const INDEXED = 'results';

type Request = Record<string, unknown>;
type ByTable<Value> = Record<string, Value>;

/** The few actions that the programs use, on maps. A put's condition is taken for that of "nothing in its place". */
export function createDynamodb() {
  const tables = new Map<string, Map<string, Item>>();
  const tableOf = (name: string) => {
    const table = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, table);
    return table;
  };
  const keyOf = (name: string, item: Item) =>
    KEYS[name]!.map((key) => item[key]!.S ?? item[key]!.N).join('\0');

  /** Keeps an item. @returns what that is billed. */
  function put(name: string, item: Item): Written {
    const table = tableOf(name);
    const key = keyOf(name, item);
    const before = table.get(key);
    table.set(key, item);
    const is_indexed = name === INDEXED;
    const keeping = (kept: Item | undefined) =>
      kept === undefined ? 0 : byteMonths(kept, { is_indexed });
    const units = Math.max(writeUnits(item), before === undefined ? 0 : writeUnits(before));
    return {
      write_units: units + (is_indexed ? indexUnits(item) : 0),
      byte_months: keeping(item) - keeping(before),
    };
  }

  const actions: Record<string, (request: Request) => Answer> = {
    BatchGetItem({ RequestItems }) {
      const asked = Object.values(RequestItems as ByTable<{ Keys: Item[] }>);
      const names = asked.flatMap(({ Keys }) => Keys.map((key) => JSON.stringify(key)));
      atMost(names.length, KEYS_PER_READ);
      atMost(names.length, new Set(names).size);
      const Responses: ByTable<Item[]> = {};
      let read_units = 0;
      let keys = 0;
      for (const [name, { Keys }] of Object.entries(RequestItems as ByTable<{ Keys: Item[] }>)) {
        const found = Keys.map((key) => tableOf(name).get(keyOf(name, key)));
        Responses[name] = found.filter((item) => item !== undefined);
        read_units += found.reduce((sum, item) => sum + readUnits(item), 0);
        keys += Keys.length;
      }
      return { body: { Responses, UnprocessedKeys: {} }, usage: { keys, read_units } };
    },
    BatchWriteItem({ RequestItems }) {
      const writes = Object.entries(RequestItems as ByTable<{ PutRequest: { Item: Item } }[]>);
      const items = writes.reduce((sum, [, puts]) => sum + puts.length, 0);
      atMost(items, ITEMS_PER_WRITE);
      const written = writes.flatMap(([name, puts]) =>
        puts.map(({ PutRequest }) => put(name, PutRequest.Item)),
      );
      return { body: { UnprocessedItems: {} }, usage: { ...sumOf(written), items } };
    },
    BatchExecuteStatement({ Statements }) {
      const written: Written[] = [];
      const inserts = Statements as { Statement: string; Parameters: Item[string][] }[];
      atMost(inserts.length, ITEMS_PER_WRITE);
      const Responses = inserts.map(({ Statement, Parameters }) => {
        const { table: name, fields } = parsed(Statement);
        const item = Object.fromEntries(fields.map((field, i) => [field, Parameters[i]!]));
        if (tableOf(name).has(keyOf(name, item))) {
          written.push({ write_units: writeUnits(item), byte_months: 0 });
          return { TableName: name, Error: { Code: 'DuplicateItem', Message: 'Duplicate' } };
        }
        written.push(put(name, item));
        return { TableName: name };
      });
      return { body: { Responses }, usage: { ...sumOf(written), items: inserts.length } };
    },
    GetItem({ TableName, Key, ConsistentRead }) {
      const name = TableName as string;
      const item = tableOf(name).get(keyOf(name, Key as Item));
      const read_units = readUnits(item) * (ConsistentRead === true ? 2 : 1);
      return { body: item === undefined ? {} : { Item: item }, usage: { read_units } };
    },
    PutItem({ TableName, Item, ConditionExpression }) {
      const name = TableName as string;
      const item = Item as Item;
      const there = tableOf(name).get(keyOf(name, item));
      if (there !== undefined && String(ConditionExpression).includes('attribute_not_exists')) {
        return { ...refused(there), usage: { write_units: writeUnits(item) } };
      }
      return { body: {}, usage: { ...put(name, item) } };
    },
    DeleteItem({ TableName, Key }) {
      const name = TableName as string;
      tableOf(name).delete(keyOf(name, Key as Item));
      return { body: {}, usage: { write_units: 1 } };
    },
    UpdateItem({ TableName, Key, ReturnValues, ...asked }) {
      const name = TableName as string;
      const key = Key as Item;
      const update = asked as unknown as Update;
      const there = tableOf(name).get(keyOf(name, key));
      if (!holds(there, update)) return { ...refused(there), usage: { write_units: 1 } };
      const before = there ?? key;
      const after = { ...before, ...changes(before, update) };
      const body = ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
      return { body, usage: { ...put(name, after) } };
    },
  };
  return {
    actions,
    rows: (name: string) => tableOf(name).size,
  };
}

interface Written {
  write_units: number;
  byte_months: number;
}

function sumOf(written: Written[]): Written {
  return {
    write_units: written.reduce((sum, one) => sum + one.write_units, 0),
    byte_months: written.reduce((sum, one) => sum + one.byte_months, 0),
  };
}

function refused(there: Item | undefined): Answer {
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  return { status: 400, body: { __type, message: 'The conditional request failed', Item: there } };
}

const statements = new Map<string, { table: string; fields: string[] }>();

/** `INSERT INTO "table" VALUE {'name': ?, …}`. */
function parsed(statement: string): { table: string; fields: string[] } {
  const known = statements.get(statement);
  if (known !== undefined) return known;
  const table = /^INSERT INTO "(\w+)" VALUE \{/.exec(statement)![1]!;
  const fields = [...statement.matchAll(/'(\w+)': \?/g)].map(([, field]) => field!);
  statements.set(statement, { table, fields });
  return { table, fields };
}
