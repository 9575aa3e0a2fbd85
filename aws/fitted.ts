import type { Result } from '../schemas/index.ts';

/** The result as a store can hold it: without its text where it would not fit; hash and size still tell which it was. */
export function fitted(result: Result, max_bytes: number): Result {
  if (Buffer.byteLength(JSON.stringify(result)) <= max_bytes) return result;
  const { text: _, ...rest } = result;
  return rest;
}
