const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const RECORD_SEPARATOR = 0x1e;

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Skips spaces, commas and record separators between values. */
export function skipSeparators(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at]) || bytes[at] === COMMA || bytes[at] === RECORD_SEPARATOR) at += 1;
  return at;
}

/** Says that a bracket is closed by the wrong one, so that the value has no end. */
export const MISMATCHED = -1;

/**
 * Finds the end of the JSON value that starts at `from`, by its brackets and strings. The value may
 * still be invalid JSON.
 *
 * @returns undefined if the value does not end within the bytes; {@link MISMATCHED}.
 */
export function findValueEnd(bytes: Buffer, from: number): number | undefined {
  const open: number[] = [];
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = findStringEnd(bytes, at);
      if (at === -1) return undefined;
      if (open.length === 0) return at + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) open.push(byte);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      const last = open.pop();
      if (last === undefined) return at === from ? at + 1 : at;
      // In ASCII, a closing bracket is two places behind its opening one.
      if (last + 2 !== byte) return MISMATCHED;
      if (open.length === 0) return at + 1;
    } else if (open.length === 0 && at > from && (isSpace(byte) || byte === COMMA)) return at;
  }
  return undefined;
}

/** Returns the index of the quote that closes a string, or -1. */
function findStringEnd(bytes: Buffer, open: number): number {
  for (let at = open + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}
