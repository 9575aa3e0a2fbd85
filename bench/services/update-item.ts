import type { Item } from './item-size.ts';

/** Parameters of UpdateItem that the programs use. */
export interface Update {
  UpdateExpression: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues: Item;
}

/**
 * Applies an update expression such as `SET a = :x, b = b + :y, c = if_not_exists(c, :z)` to an
 * item.
 *
 * @returns the new item.
 */
export function applyUpdate(before: Item, update: Update): Item {
  const names = update.ExpressionAttributeNames ?? {};
  const values = update.ExpressionAttributeValues;
  const set: Item = {};
  const attribute = (name: string) => before[names[name] ?? name];
  const pattern = /([#\w]+) = (?:if_not_exists\(([#\w]+), (:\w+)\)|([#\w]+) \+ (:\w+)|(:\w+))/g;
  for (const [, field, of, initial, to, increment, value] of update.UpdateExpression.matchAll(
    pattern,
  )) {
    const name = names[field!] ?? field!;
    if (of !== undefined) set[name] = attribute(of) ?? values[initial!]!;
    else if (to !== undefined) {
      const sum = Number(attribute(to)?.N ?? 0) + Number(values[increment!]!.N);
      set[name] = { N: String(sum) };
    } else set[name] = values[value!]!;
  }
  return { ...before, ...set };
}

const COMPARISONS: Record<string, (one: number, other: number) => boolean> = {
  '=': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

/**
 * Evaluates the condition of an update against the stored item. The function supports the
 * conditions of the quota ledger. Such a condition joins groups of terms with OR, and each group
 * joins its terms with AND. A term is `attribute_not_exists(a)` or compares an attribute with a
 * number.
 *
 * @throws {Error} if the condition has any other form
 */
export function meetsCondition(present: Item | undefined, update: Update): boolean {
  const { ConditionExpression, ExpressionAttributeValues: values } = update;
  if (ConditionExpression === undefined) return true;
  const isTrue = (term: string): boolean => {
    const [, absent] = /^attribute_not_exists\((\w+)\)$/.exec(term) ?? [];
    if (absent !== undefined) return present?.[absent] === undefined;
    const [, name, sign, value] = /^(\w+) ([<>]?=|[<>]) (:\w+)$/.exec(term) ?? [];
    if (name === undefined)
      throw new Error(
        `Expected attribute_not_exists or a comparison of numbers, got the condition ${term}`,
      );
    const number = present?.[name]?.N;
    return number !== undefined && COMPARISONS[sign!]!(Number(number), Number(values[value!]!.N));
  };
  return ConditionExpression.split(' OR ').some((all) =>
    all
      .replace(/^\((.*)\)$/, '$1')
      .split(' AND ')
      .every(isTrue),
  );
}
