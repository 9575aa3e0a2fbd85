export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const LINE_FEED = 0x0a;

/** Returns the index of the quote that ends a string, or the length of the JSON without one. */
export function endOfString(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}

/** Returns the index of the next line feed, or the length of the bytes without one. */
export function endOfLine(json: Uint8Array, from: number): number {
  const end = json.indexOf(LINE_FEED, from);
  return end === -1 ? json.length : end;
}

const [TAB, CARRIAGE_RETURN, SPACE] = [0x09, 0x0d, 0x20];
/** A sequence of JSON texts may put this byte before each. Source: RFC 7464. */
export const RECORD_SEPARATOR = 0x1e;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Skips spaces, tabs and carriage returns. */
export function skipBlanks(json: Uint8Array, from: number): number {
  let at = from;
  while (json[at] === SPACE || json[at] === TAB || json[at] === CARRIAGE_RETURN) at += 1;
  return at;
}

/** Skips all that may stand between two JSON values: white space, separators, byte order marks. */
export function skipSpace(json: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = skipBlanks(json, at);
    if (json[at] === LINE_FEED || json[at] === RECORD_SEPARATOR) at += 1;
    else if (BYTE_ORDER_MARK.every((byte, i) => json[at + i] === byte)) at += 3;
    else return at;
  }
}
