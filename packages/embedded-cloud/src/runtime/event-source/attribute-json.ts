import type { AttributeValue } from '@aws-sdk/client-dynamodb-streams';

/** An attribute value as events contain it: binary values are in base64. */
export type JsonAttribute = Record<string, unknown>;

/** Converts the attributes that the SDK returns to the attributes of an event. */
export function encodeAttributes(
  attributes: Record<string, AttributeValue>,
): Record<string, JsonAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, encodeAttribute(value)]),
  );
}

function encodeAttribute(value: AttributeValue): JsonAttribute {
  if (value.B !== undefined) return { B: encodeBytes(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(encodeBytes) };
  if (value.L !== undefined) return { L: value.L.map(encodeAttribute) };
  if (value.M !== undefined) return { M: encodeAttributes(value.M) };
  return { ...value } as JsonAttribute;
}

const encodeBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
