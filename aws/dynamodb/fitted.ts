import type { Result } from '../../schemas/index.ts';

/** A byte of text is at most six of JSON (`\\u0007`). */
const ESCAPED_BYTES = 6;
/** An attribute's name and value, and all other fields together, by the limits of the record's schema. */
const ATTRIBUTE_BYTES = 64 + 1_024 * ESCAPED_BYTES;
const OTHER_BYTES = 20_000;

/** The result as a store can hold it: without its text where it would not fit; hash and size still tell which it was. */
export function fitted(result: Result, max_bytes: number): Result {
  if (mostBytes(result) <= max_bytes) return result;
  if (Buffer.byteLength(JSON.stringify(result)) <= max_bytes) return result;
  const { text: _, ...rest } = result;
  return rest;
}

/** More than it can be: nearly every result is known to fit without being written twice. */
function mostBytes({ text_bytes, attributes }: Result): number {
  const attribute_count = attributes === undefined ? 0 : Object.keys(attributes).length;
  return text_bytes * ESCAPED_BYTES + attribute_count * ATTRIBUTE_BYTES + OTHER_BYTES;
}
