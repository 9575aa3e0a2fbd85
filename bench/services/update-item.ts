import type { Item } from './item-size.ts';

/** What an UpdateItem asks, as far as the programs ask it. */
export interface Update {
  UpdateExpression: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues: Item;
}

/** `SET a = :x, b = b + :y, c = if_not_exists(c, :z)`. */
export function changes(before: Item, update: Update): Item {
  const names = update.ExpressionAttributeNames ?? {};
  const values = update.ExpressionAttributeValues;
  const set: Item = {};
  const pattern = /([#\w]+) = (?:if_not_exists\(\w+, (:\w+)\)|\w+ \+ (:\w+)|(:\w+))/g;
  for (const [, field, initial, more, value] of update.UpdateExpression.matchAll(pattern)) {
    const name = names[field!] ?? field!;
    if (initial !== undefined) set[name] = before[name] ?? values[initial]!;
    else if (more !== undefined) {
      set[name] = { N: String(Number(before[name]?.N ?? 0) + Number(values[more]!.N)) };
    } else set[name] = values[value!]!;
  }
  return set;
}

const COMPARISONS: Record<string, (one: number, other: number) => boolean> = {
  '=': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

/** ORs of ANDs of `attribute_not_exists(a)` and of comparisons of numbers, as the quota's ledger has them. */
export function holds(there: Item | undefined, update: Update): boolean {
  const { ConditionExpression, ExpressionAttributeValues: values } = update;
  if (ConditionExpression === undefined) return true;
  const isTrue = (term: string): boolean => {
    const [, absent] = /^attribute_not_exists\((\w+)\)$/.exec(term) ?? [];
    if (absent !== undefined) return there?.[absent] === undefined;
    const [, name, sign, value] = /^(\w+) ([<>]?=|[<>]) (:\w+)$/.exec(term) ?? [];
    if (name === undefined) throw new Error(`The stand-in does not know the condition ${term}`);
    const number = there?.[name]?.N;
    return number !== undefined && COMPARISONS[sign!]!(Number(number), Number(values[value!]!.N));
  };
  return ConditionExpression.split(' OR ').some((all) =>
    all
      .replace(/^\((.*)\)$/, '$1')
      .split(' AND ')
      .every(isTrue),
  );
}
