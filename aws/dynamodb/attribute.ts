import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** The types of which results and verdicts consist. */
export type Value = string | number | { [name: string]: Value };

/**
 * Converts a value as the SDK's `marshall` does, in a fifth of its time. `marshall` also takes an object with an
 * attribute named `constructor` for an instance of a class, and throws.
 */
export function attributeOf(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return { M: itemOf(value) };
}

/** Converts each field; a field that is undefined is left out. */
export function itemOf(fields: { [name: string]: Value | undefined }): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) item[name] = attributeOf(value);
  }
  return item;
}
