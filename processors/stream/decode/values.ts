/**
 * Maximum number of values in the JSON of a record. A record has about 50 values, and unknown fields
 * are allowed. A JSON of 7 MiB that consists of empty objects takes 1 GiB of memory after parsing.
 */
export const MAX_VALUES = 10_000;
/** Maximum size of a JSON whose values need not be counted, in bytes. */
const SMALL_BYTES = 65_536;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

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
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}

/** Returns the index of the quote that ends a string, or the length of the JSON without one. */
function endOfString(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}
