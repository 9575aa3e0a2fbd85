/**
 * Converts an image of a DynamoDB stream, in which each value has its type as name, to an object.
 * `{ text: { S: 'I love my cat' }, stars: { N: '5' } }` becomes
 * `{ text: 'I love my cat', stars: 5 }`.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html
 */
export function fromDynamoDbJson(image: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, fromValue(value)]));
}

function fromValue(typed: unknown): unknown {
  if (typeof typed !== 'object' || typed === null) return undefined;
  const [type, value] = Object.entries(typed)[0] ?? [];
  if (type === 'N') return Number(value);
  if (type === 'NS') return (value as unknown[]).map(Number);
  if (type === 'NULL') return null;
  if (type === 'L') return (value as unknown[]).map(fromValue);
  return type === 'M' ? fromDynamoDbJson(value as Record<string, unknown>) : value;
}
