import { COMMA, endOfString, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';

/**
 * Maximum number of values in the JSON of a record. A record has about 50 values, and unknown fields
 * are allowed. A JSON of 7 MiB that consists of empty objects takes 1 GiB of memory after parsing.
 */
export const MAX_VALUES = 10_000;
/** Maximum size of a JSON whose values need not be counted, in bytes. */
export const SMALL_BYTES = 65_536;

/**
 * Returns true if a JSON text has more than {@link MAX_VALUES} values. The text is not parsed, and
 * may be invalid.
 */
export function hasManyValues(json: Uint8Array): boolean {
  if (json.length <= SMALL_BYTES) return false;
  let values = 1;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i];
    if (byte === QUOTE) i = endOfString(json, i);
    else if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}
