import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Attribute, compileCondition, type Item } from '../fakes/dynamodb-condition.ts';
import type { Network } from '../fakes/network.ts';
import type { Random } from '../support/random.ts';
import { sdkErrors } from './sdk.ts';

/** Contents of a table that has only a partition key. */
export interface TableContents {
  items: Map<string, Item>;
  /** The item before the last write of each key. Reads that are not consistent may return it. */
  before: Map<string, Item | undefined>;
}

export interface TableModel {
  key_name: string;
  contents: TableContents;
  network: Network;
  random: Random;
  /** Called when an item is written. `before` is the item that the new item replaces. */
  onWrite: (item: Item, before: Item | undefined) => void;
}

/**
 * Creates a client of one DynamoDB table. The client knows the calls of the results table:
 * BatchExecuteStatement with INSERT, BatchGetItem, and PutItem with a condition.
 */
export function createTableClient(model: TableModel): Pick<DynamoDBClient, 'send'> {
  const actions: Record<string, (input: never) => object> = {
    BatchExecuteStatementCommand: (input: { Statements: Statement[] }) => ({
      Responses: input.Statements.map((statement) => insert(model, statement)),
    }),
    BatchGetItemCommand: (input: BatchGet) => batchGet(model, input),
    PutItemCommand: (input: Put) => putIf(model, input),
  };
  const send = (command: { input: unknown; constructor: { name: string } }) => {
    const { name } = command.constructor;
    const action = actions[name.replace(/^_/, '')];
    if (action === undefined) throw new Error(`The model of DynamoDB does not know ${name}`);
    return sdkErrors(() => model.network.call(name, () => action(command.input as never)));
  };
  return { send } as unknown as Pick<DynamoDBClient, 'send'>;
}

interface Statement {
  Statement: string;
  Parameters: Attribute[];
}

const names_of_statement = new Map<string, string[]>();

function insert(model: TableModel, { Statement, Parameters }: Statement): object {
  if (model.network.failsAlone()) return refuse(model, 'InternalServerError', 'ThrottlingError');
  let names = names_of_statement.get(Statement);
  if (names === undefined) {
    if (!/^INSERT INTO "[^"]+" VALUE \{.*\}$/.test(Statement)) throw new Error(Statement);
    names = [...Statement.matchAll(/'([^']+)': \?/g)].map(([, name]) => name!);
    names_of_statement.set(Statement, names);
  }
  if (names.length !== Parameters.length) throw new Error('A parameter is missing');
  const item: Item = {};
  for (let i = 0; i < names.length; i += 1) item[names[i]!] = Parameters[i]!;
  if (model.contents.items.has(keyOf(model, item))) return { Error: { Code: 'DuplicateItem' } };
  write(model, item);
  return {};
}

function refuse({ random }: TableModel, ...codes: string[]): object {
  return { Error: { Code: random.pick(codes) } };
}

interface BatchGet {
  RequestItems: Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;
}

/** Probability that a read that is not consistent misses the last write of an item. */
const STALE = 0.1;

function batchGet(model: TableModel, { RequestItems }: BatchGet): object {
  const { contents, network, random } = model;
  const [[table, request]] = Object.entries(RequestItems) as [
    [string, BatchGet['RequestItems'][string]],
  ];
  const found: Item[] = [];
  const left: Item[] = [];
  for (const key of request.Keys) {
    const id = keyOf(model, key);
    const is_stale = request.ConsistentRead !== true && contents.before.has(id);
    const item =
      is_stale && random.chance(STALE) ? contents.before.get(id) : contents.items.get(id);
    if (network.failsAlone()) left.push(key);
    else if (item !== undefined) found.push(item);
  }
  const UnprocessedKeys = left.length === 0 ? {} : { [table]: { Keys: left } };
  return { Responses: { [table]: found }, UnprocessedKeys };
}

interface Put {
  Item: Item;
  ConditionExpression: string;
  ExpressionAttributeValues: Item;
}

function putIf(model: TableModel, input: Put): object {
  const there = model.contents.items.get(keyOf(model, input.Item));
  const holds = compileCondition(input.ConditionExpression);
  if (!holds(there ?? {}, input.ExpressionAttributeValues)) {
    throw Object.assign(new Error('The condition failed'), {
      name: 'ConditionalCheckFailedException',
      $metadata: { httpStatusCode: 400 },
    });
  }
  write(model, input.Item);
  return {};
}

function write(model: TableModel, item: Item): void {
  const { items, before } = model.contents;
  const key = keyOf(model, item);
  const there = items.get(key);
  before.set(key, there);
  items.set(key, item);
  model.onWrite(item, there);
}

function keyOf({ key_name }: TableModel, item: Item): string {
  const key = item[key_name]?.S;
  if (key === undefined) throw new Error(`An item lacks its key ${key_name}`);
  return key;
}

/** Converts an item to an object without the names of types. */
export function fieldsOf(item: Item): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of Object.keys(item)) {
    const { S, N, BOOL, M } = item[name]!;
    fields[name] = S ?? BOOL ?? (N === undefined ? fieldsOf(M ?? {}) : Number(N));
  }
  return fields;
}
