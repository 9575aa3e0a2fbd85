/** What eld takes for a separator: all but letters of the Basic Multilingual Plane, and apostrophes within words. */
const SEPARATORS = /(?:\P{L}|[\u{10000}-\u{10FFFF}])+(?<!['`’])/gu;
const LONGEST_TEXT = 1_000;
/** Looked at first: in most texts it has more bytes of words than count. */
const USUAL_START = 480;
const NO_MORE_LETTERS = /^[ '`’]*$/;
/** No word begins after so many bytes, and none goes on after so many. */
const LAST_WORD_BYTES = 350;
const MOST_BYTES = 380;
/** Of a longer word only the beginning is looked at. */
const WORD_BYTES = 70;
const NGRAM_BYTES = 4;
const STRIDE_BYTES = 3;
const SPACE = 0x20;
/** First bytes of scripts that no language of the table is written in: eld takes them for a space. */
const UNKNOWN_LEADS = new Set([0xc7, 0xca, 0xcb, 0xcc, 0xcd, 0xd4, 0xdc, 0xdd, 0xde, 0xdf]);

/** The distinct n-grams of a text. An n-gram is a number: its bytes, the first being the highest. */
export interface Ngrams {
  keys: Float64Array;
  /** Distinct ones, those that no table can know included. */
  count: number;
}

const bytes = new Uint8Array(MOST_BYTES + 8);
const found = new Float64Array(MOST_BYTES + 8);

/**
 * Cuts a text into words, and words into n-grams of 4 bytes of UTF-8 in lower case; at the ends of a word a space
 * belongs to it. All as eld 2.1.0 does, whose table they are looked up in. What is returned holds until the next call.
 */
export function ngramsOf(text: string): Ngrams {
  return ngramsOfStart(text, USUAL_START) ?? ngramsOfStart(text, LONGEST_TEXT)!;
}

/** Of a text's first characters; undefined where words that come after them count as well. */
function ngramsOfStart(text: string, characters: number): Ngrams | undefined {
  const words = text.slice(0, characters).replace(SEPARATORS, ' ').trim().toLowerCase();
  const tails = new Set<string>();
  let count = 0;
  let length = 0;
  let total = 0;
  let i = 0;
  const endWord = () => {
    if (length === 0) return;
    count = addWord(length, count, tails);
    length = 0;
  };
  for (; i < words.length; i += 1) {
    const unit = words.charCodeAt(i);
    if (unit === SPACE) {
      endWord();
      if (total > LAST_WORD_BYTES) break;
      total += 1;
    } else {
      const before = length;
      length = encode(unit, length);
      total += length - before;
    }
    if (total > MOST_BYTES) break;
  }
  // What comes after a cut decides on apostrophes before it, and on the case of a sigma.
  const is_whole = characters >= Math.min(text.length, LONGEST_TEXT);
  if (!is_whole && NO_MORE_LETTERS.test(words.slice(i + 1))) return undefined;
  endWord();
  const keys = distinct(count);
  return { keys, count: keys.length + tails.size };
}

/** A letter of the Basic Multilingual Plane: separators were all else. */
function encode(unit: number, at: number): number {
  if (unit < 0x80) {
    bytes[at] = unit;
    return at + 1;
  }
  if (unit < 0x800) {
    const lead = 0xc0 | (unit >> 6);
    bytes[at] = UNKNOWN_LEADS.has(lead) ? SPACE : lead;
    bytes[at + 1] = 0x80 | (unit & 0x3f);
    return at + 2;
  }
  bytes[at] = 0xe0 | (unit >> 12);
  bytes[at + 1] = 0x80 | ((unit >> 6) & 0x3f);
  bytes[at + 2] = 0x80 | (unit & 0x3f);
  return at + 3;
}

function addWord(full_length: number, first: number, tails: Set<string>): number {
  const length = Math.min(full_length, WORD_BYTES);
  let count = first;
  let at = 0;
  for (; at + NGRAM_BYTES < length; at += STRIDE_BYTES) {
    found[count] = keyOf(at, at + NGRAM_BYTES, at === 0, false);
    count += 1;
  }
  if (full_length > WORD_BYTES) {
    tails.add(Buffer.from(bytes.subarray(length - NGRAM_BYTES, full_length)).toString('latin1'));
    return count;
  }
  // eld takes a word of three bytes whole, and of a shorter one what there is.
  found[count] = keyOf(Math.max(0, length - NGRAM_BYTES), length, at === 0, true);
  return count + 1;
}

/** The number of bytes `from` to `to`, with a space before or after. At most 6 bytes: exact in a double. */
function keyOf(from: number, to: number, space_before: boolean, space_after: boolean): number {
  let key = space_before ? SPACE : 0;
  for (let i = from; i < to; i += 1) key = key * 256 + bytes[i]!;
  return space_after ? key * 256 + SPACE : key;
}

function distinct(count: number): Float64Array {
  const sorted = found.subarray(0, count).sort();
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    sorted[kept] = sorted[i]!;
    kept += 1;
  }
  return sorted.subarray(0, kept);
}
