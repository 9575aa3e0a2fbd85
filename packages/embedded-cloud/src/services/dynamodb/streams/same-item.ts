import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue, Item } from '../partiql-insert.ts';

/**
 * Returns whether two items have the same data. The members of a set have no order, and the
 * attributes of an item and of a map have none either.
 */
export function isSameItem(one: Item, other: Item): boolean {
  return isDeepStrictEqual(sortItem(one), sortItem(other));
}

function sortItem(item: Item): Map<string, unknown> {
  return new Map(Object.entries(item).map(([name, value]) => [name, sortValue(value)]));
}

function sortValue(attribute: AttributeValue): unknown {
  const [type, value] = Object.entries(attribute)[0] ?? [];
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS':
      return [type, [...(value as string[])].sort()];
    case 'L':
      return [type, (value as AttributeValue[]).map(sortValue)];
    case 'M':
      return [type, sortItem(value as Item)];
    default:
      return [type, value];
  }
}
