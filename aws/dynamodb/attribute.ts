import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What results and verdicts are made of. */
export type Value = string | number | { [name: string]: Value };

/** As `marshall` would have it: a fifth of its time, on every record. */
export function attributeOf(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  const M: Record<string, AttributeValue> = {};
  for (const name of Object.keys(value)) M[name] = attributeOf(value[name]!);
  return { M };
}
