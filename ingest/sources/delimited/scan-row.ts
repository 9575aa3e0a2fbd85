/** How the cells of a delimited file are written. Characters are single bytes of ASCII. */
export interface Dialect {
  delimiter: number;
  /** The quote around cells. -1 if cells have no quotes. */
  quote: number;
  /** The character before a quote that belongs to the cell. In CSV, this is the quote itself. */
  escape: number;
  /** True if lone carriage returns end rows, as in files of old Macs. */
  ends_at_cr: boolean;
  /** True if cells begin behind the spaces that follow a delimiter. */
  skips_spaces: boolean;
}

/** How a cell is written. */
export const PLAIN = 0;
const QUOTED = 1;
const ESCAPED = 2;

/**
 * The outcome of scanning a row. `cells` holds three numbers for each cell: its start, its end and
 * how it is written. `end` is the start of the next row. A row is exact if no cell without quotes
 * contains a quote.
 */
export type Scan =
  | { kind: 'row'; cells: number[]; end: number; is_exact: boolean }
  | { kind: 'incomplete' }
  | { kind: 'bad'; wrong: string };

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const INCOMPLETE: Scan = { kind: 'incomplete' };

/**
 * Scans one row. The function knows only the bytes from `start` on, so that a file can be read from
 * the end of any row.
 *
 * @param is_last true if the file ends with these bytes.
 * @returns `incomplete` if the row does not end within the bytes.
 */
export function scanRow(bytes: Buffer, start: number, is_last: boolean, dialect: Dialect): Scan {
  const { delimiter, quote, skips_spaces } = dialect;
  const cells: number[] = [];
  let is_exact = true;
  let at = start;
  for (;;) {
    if (skips_spaces) while (bytes[at] === SPACE) at += 1;
    if (bytes[at] === quote) {
      const close = findClosingQuote(bytes, at + 1, is_last, dialect);
      if (close === undefined) {
        return is_last ? { kind: 'bad', wrong: 'has a quote that is not closed' } : INCOMPLETE;
      }
      cells.push(at + 1, close.at, close.has_escape ? ESCAPED : QUOTED);
      at = close.at + 1;
      while (bytes[at] === SPACE) at += 1;
    } else {
      const from = at;
      at = findCellEnd(bytes, from, dialect);
      if (quote !== -1 && is_exact && hasQuote(bytes, from, at, quote)) is_exact = false;
      cells.push(from, at, PLAIN);
    }
    if (at >= bytes.length) return is_last ? { kind: 'row', cells, end: at, is_exact } : INCOMPLETE;
    if (bytes[at] === delimiter) {
      at += 1;
      continue;
    }
    const end = findRowEnd(bytes, at, is_last, dialect);
    if (end === undefined) return INCOMPLETE;
    return end > at
      ? { kind: 'row', cells, end, is_exact }
      : { kind: 'bad', wrong: describeStrayQuote(bytes, at, dialect) };
  }
}

function findClosingQuote(
  bytes: Buffer,
  from: number,
  is_last: boolean,
  { quote, escape: sign }: Dialect,
): { at: number; has_escape: boolean } | undefined {
  let has_escape = false;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== quote && byte !== sign) continue;
    if (byte === sign && sign !== quote) {
      has_escape = true;
      at += 1;
    } else if (sign === quote && bytes[at + 1] === quote) {
      has_escape = true;
      at += 1;
    } else if (byte === quote) {
      // The next chunk may begin with a second quote or with spaces and the delimiter.
      return at + 1 >= bytes.length && !is_last ? undefined : { at, has_escape };
    }
  }
  return undefined;
}

function findCellEnd(bytes: Buffer, from: number, { delimiter, ends_at_cr }: Dialect): number {
  const { length } = bytes;
  for (let at = from; at < length; at += 1) {
    const byte = bytes[at];
    if (byte === delimiter || byte === LF) return at;
    if (byte === CR && (ends_at_cr || bytes[at + 1] === LF || at + 1 === length)) return at;
  }
  return length;
}

/** Returns the start of the next row, or `at` if no row ends here. */
function findRowEnd(
  bytes: Buffer,
  at: number,
  is_last: boolean,
  { ends_at_cr }: Dialect,
): number | undefined {
  if (bytes[at] === LF) return at + 1;
  if (bytes[at] !== CR) return at;
  if (at + 1 >= bytes.length) return is_last ? at + 1 : undefined;
  if (bytes[at + 1] === LF) return at + 2;
  return ends_at_cr ? at + 1 : at;
}

function hasQuote(bytes: Buffer, from: number, to: number, quote: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] === quote) return true;
  return false;
}

function describeStrayQuote(bytes: Buffer, at: number, { escape: sign, quote }: Dialect): string {
  const is_backslash = sign === quote && bytes[at - 2] === 0x5c;
  const hint = is_backslash ? "; if \\ escapes quotes, use --escape '\\'" : '';
  return `has a quote within a quoted cell${hint}`;
}

/** Decodes a cell that {@link scanRow} has found. The bytes must be UTF-8. */
export function decodeCell(
  bytes: Buffer,
  start: number,
  end: number,
  written: number,
  { quote, escape: sign }: Dialect,
): string {
  const text = bytes.toString('utf8', start, end);
  if (written !== ESCAPED) return text;
  const mark = String.fromCharCode(quote);
  if (sign === quote) return text.replaceAll(mark + mark, mark);
  const escaped = String.fromCharCode(sign).replace(/[\\^\]-]/g, '\\$&');
  return text.replace(new RegExp(`[${escaped}]([\\s\\S])`, 'g'), '$1');
}
