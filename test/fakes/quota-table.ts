import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Attribute, compileCondition, type Item } from './dynamodb-condition.ts';

interface Update {
  Key: Item;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeValues: Item;
}

/**
 * Creates an in-memory table of quotas. The client knows the calls of the quota ledger, so the
 * ledger of the product runs on a virtual clock.
 *
 * @param travel waits for the way of a call to DynamoDB, and for the way of its answer.
 */
export function createFakeQuotaTable(travel: () => Promise<unknown> = async () => undefined) {
  const items = new Map<string, Item>();
  const counts = { writes: 0, refused: 0, reads: 0 };
  const update = ({ Key, ...input }: Update) => {
    const id = Key.quota?.S ?? '';
    const values = input.ExpressionAttributeValues;
    const item = items.get(id) ?? {};
    counts.writes += 1;
    if (!compileCondition(input.ConditionExpression)(item, values)) {
      counts.refused += 1;
      throw Object.assign(new Error('The condition failed'), {
        name: 'ConditionalCheckFailedException',
        $metadata: { httpStatusCode: 400 },
      });
    }
    const updated = { ...item, ...Key, ...evaluate(input.UpdateExpression, item, values) };
    items.set(id, updated);
    return { Attributes: updated };
  };
  const read = ({ Key }: Pick<Update, 'Key'>) => {
    counts.reads += 1;
    const Item = items.get(Key.quota?.S ?? '');
    return Item === undefined ? {} : { Item };
  };
  const send = async (command: { input: unknown; constructor: { name: string } }) => {
    await travel();
    const is_update = command.constructor.name.endsWith('UpdateItemCommand');
    try {
      return is_update ? update(command.input as Update) : read(command.input as Update);
    } finally {
      await travel();
    }
  };
  return { client: { send } as unknown as Pick<DynamoDBClient, 'send'>, counts };
}

const ASSIGNMENT = /(\w+) = (?:if_not_exists\((\w+), (:\w+)\)|(\w+) \+ (:\w+)|(:\w+))/g;

/** Evaluates `SET a = :b, c = c + :d, e = if_not_exists(e, :f)`. */
function evaluate(expression: string, item: Item, values: Item): Item {
  const set: Item = {};
  for (const [, name, kept, otherwise, added, by, value] of expression.matchAll(ASSIGNMENT)) {
    if (kept !== undefined) set[name!] = item[kept] ?? values[otherwise!]!;
    else if (added !== undefined)
      set[name!] = { N: String(numberOf(item[added]) + numberOf(values[by!])) };
    else set[name!] = values[value!]!;
  }
  return set;
}

function numberOf(attribute: Attribute | undefined): number {
  if (attribute?.N === undefined) throw new Error('DynamoDB adds to numbers only');
  return Number(attribute.N);
}
