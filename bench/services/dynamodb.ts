import type { Answer } from './answer.ts';
import { computeReadUnits, computeWriteUnits, type Item } from './item-size.ts';
import { assertAtMost, ITEMS_PER_WRITE, KEYS_PER_READ } from './limits.ts';
import { createTables, sumWriteUsage, type Tables, type WriteUsage } from './tables.ts';
import { applyUpdate, meetsCondition, type Update } from './update-item.ts';

type DynamodbRequest = Record<string, unknown>;
type Action = (tables: Tables, request: DynamodbRequest) => Answer;
type ByTable<Value> = Record<string, Value>;

/**
 * Emulates the DynamoDB actions that the programs use, on tables in memory. The embedded cloud's
 * DynamoDB would be too slow and would limit the speed of the programs. See
 * docs/adr/0036-benchmark-dynamodb.md.
 */
export function createDynamodb() {
  const tables = createTables();
  const actions = Object.entries(ACTIONS).map(([name, action]) => [
    name,
    (request: DynamodbRequest) => action(tables, request),
  ]);
  return {
    actions: Object.fromEntries(actions) as Record<string, (request: DynamodbRequest) => Answer>,
    countRows: tables.countRows,
  };
}

const ACTIONS: Record<string, Action> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  BatchExecuteStatement: batchExecuteStatement,
  GetItem: getItem,
  PutItem: putItem,
  DeleteItem: deleteItem,
  UpdateItem: updateItem,
};

function batchGetItem(tables: Tables, { RequestItems }: DynamodbRequest): Answer {
  const requested = Object.entries(RequestItems as ByTable<{ Keys: Item[] }>);
  const keys = requested.flatMap(([, { Keys }]) => Keys.map((key) => JSON.stringify(key)));
  assertAtMost(keys.length, KEYS_PER_READ);
  // DynamoDB refuses a request that contains the same key twice.
  assertAtMost(keys.length, new Set(keys).size);
  const Responses: ByTable<Item[]> = {};
  let read_units = 0;
  for (const [table, { Keys }] of requested) {
    const items = Keys.map((key) => tables.get(table, key));
    Responses[table] = items.filter((item) => item !== undefined);
    read_units += items.reduce((sum, item) => sum + computeReadUnits(item), 0);
  }
  return { body: { Responses, UnprocessedKeys: {} }, usage: { keys: keys.length, read_units } };
}

function batchWriteItem(tables: Tables, { RequestItems }: DynamodbRequest): Answer {
  const writes = Object.entries(RequestItems as ByTable<{ PutRequest: { Item: Item } }[]>);
  const items = writes.reduce((sum, [, puts]) => sum + puts.length, 0);
  assertAtMost(items, ITEMS_PER_WRITE);
  const usages = writes.flatMap(([table, puts]) =>
    puts.map(({ PutRequest }) => tables.put(table, PutRequest.Item)),
  );
  return { body: { UnprocessedItems: {} }, usage: { ...sumWriteUsage(usages), items } };
}

function batchExecuteStatement(tables: Tables, { Statements }: DynamodbRequest): Answer {
  const usages: WriteUsage[] = [];
  const inserts = Statements as { Statement: string; Parameters: Item[string][] }[];
  assertAtMost(inserts.length, ITEMS_PER_WRITE);
  const Responses = inserts.map(({ Statement, Parameters }) => {
    const { table, fields } = parseInsert(Statement);
    const item = Object.fromEntries(fields.map((field, i) => [field, Parameters[i]!]));
    if (tables.get(table, item) !== undefined) {
      usages.push({ write_units: computeWriteUnits(item), byte_months: 0 });
      return { TableName: table, Error: { Code: 'DuplicateItem', Message: 'Duplicate' } };
    }
    usages.push(tables.put(table, item));
    return { TableName: table };
  });
  return { body: { Responses }, usage: { ...sumWriteUsage(usages), items: inserts.length } };
}

function getItem(tables: Tables, { TableName, Key, ConsistentRead }: DynamodbRequest): Answer {
  const item = tables.get(TableName as string, Key as Item);
  const read_units = computeReadUnits(item) * (ConsistentRead === true ? 2 : 1);
  return { body: item === undefined ? {} : { Item: item }, usage: { read_units } };
}

/**
 * Stores an item. A condition with `attribute_not_exists` is met if no item with the same key
 * exists.
 */
function putItem(tables: Tables, request: DynamodbRequest): Answer {
  const table = request.TableName as string;
  const item = request.Item as Item;
  const present = tables.get(table, item);
  const requires_absence = String(request.ConditionExpression).includes('attribute_not_exists');
  if (present !== undefined && requires_absence) {
    return { ...buildConditionFailure(present), usage: { write_units: computeWriteUnits(item) } };
  }
  return { body: {}, usage: { ...tables.put(table, item) } };
}

function deleteItem(tables: Tables, { TableName, Key }: DynamodbRequest): Answer {
  tables.delete(TableName as string, Key as Item);
  return { body: {}, usage: { write_units: 1 } };
}

function updateItem(tables: Tables, request: DynamodbRequest): Answer {
  const { TableName, Key, ReturnValues, ...rest } = request;
  const table = TableName as string;
  const key = Key as Item;
  const update = rest as unknown as Update;
  const present = tables.get(table, key);
  if (!meetsCondition(present, update)) {
    return { ...buildConditionFailure(present), usage: { write_units: 1 } };
  }
  const after = applyUpdate(present ?? key, update);
  const body = ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
  return { body, usage: { ...tables.put(table, after) } };
}

function buildConditionFailure(present: Item | undefined): Answer {
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  const message = 'The conditional request failed';
  return { status: 400, body: { __type, message, Item: present } };
}

const parsed_inserts = new Map<string, { table: string; fields: string[] }>();

/**
 * Parses `INSERT INTO "table" VALUE {'name': ?, …}`. The results are cached, because consumers send
 * few distinct statements.
 */
function parseInsert(statement: string): { table: string; fields: string[] } {
  const known = parsed_inserts.get(statement);
  if (known !== undefined) return known;
  const table = /^INSERT INTO "(\w+)" VALUE \{/.exec(statement)![1]!;
  const fields = [...statement.matchAll(/'(\w+)': \?/g)].map(([, field]) => field!);
  parsed_inserts.set(statement, { table, fields });
  return { table, fields };
}
