/**
 * Matches the separators of words in the same way as eld. Every character separates words, except
 * letters of the Basic Multilingual Plane and apostrophes within words.
 */
const SEPARATORS = /(?:\P{L}|[\u{10000}-\u{10FFFF}])+(?<!['`’])/gu;
const LONGEST_TEXT = 1_000;
/**
 * Number of characters that the first pass reads. A longer text rarely needs a second pass, because
 * the words in these characters usually have more than MOST_BYTES bytes.
 */
const USUAL_START = 480;
const ONLY_SPACES_AND_APOSTROPHES = /^[ '`’]*$/;
/** After this number of bytes, the extraction starts no further word. */
const LAST_WORD_START_BYTES = 350;
/** After this number of bytes, the extraction cuts the last word. */
const MOST_BYTES = 380;
/** Maximum number of bytes per word. If a word is longer, only the start of the word is used. */
const WORD_BYTES = 70;
const NGRAM_BYTES = 4;
const STRIDE_BYTES = 3;
const SPACE = 0x20;
/**
 * UTF-8 lead bytes of scripts that no language of the table uses. eld replaces these lead bytes
 * with a space.
 */
const UNKNOWN_LEADS = new Set([0xc7, 0xca, 0xcb, 0xcc, 0xcd, 0xd4, 0xdc, 0xdd, 0xde, 0xdf]);

/**
 * Distinct n-grams of a text. Each n-gram is a number that consists of the n-gram's bytes. The
 * first byte is the most significant byte.
 */
export interface Ngrams {
  keys: Float64Array;
  /**
   * Number of distinct n-grams. If a word is longer than WORD_BYTES, the end of the word is counted
   * as an n-gram, although no table contains such an n-gram.
   */
  count: number;
}

/**
 * Buffers for the bytes of the current word and for the extracted n-grams. All texts use the same
 * buffers, because allocating buffers for each text would take time.
 */
const word = new Uint8Array(MOST_BYTES + 8);
const ngrams = new Float64Array(MOST_BYTES + 8);

/**
 * Splits a text into lower-case words, and splits the UTF-8 bytes of each word into n-grams of 4
 * bytes. A space is added before the first n-gram and after the last n-gram of a word. The function
 * repeats what eld 2.1.0 does, because the n-grams are looked up in eld's table.
 *
 * @returns arrays that the next call overwrites.
 */
export function extractNgrams(text: string): Ngrams {
  return (
    extractFromStart(text, USUAL_START) ??
    extractFromStart(text, LONGEST_TEXT) ?? { keys: new Float64Array(), count: 0 }
  );
}

/**
 * Extracts the n-grams from the start of a text, up to `characters` characters.
 * @returns undefined if later characters of the text can change the n-grams.
 */
function extractFromStart(text: string, characters: number): Ngrams | undefined {
  const words = text.slice(0, characters).replace(SEPARATORS, ' ').trim().toLowerCase();
  const is_cut = characters < Math.min(text.length, LONGEST_TEXT);
  const long_word_ends = new Set<string>();
  let ngram_count = 0;
  let word_bytes = 0;
  let total_bytes = 0;
  let i = 0;
  for (; i < words.length && total_bytes <= MOST_BYTES; i += 1) {
    const unit = words.charCodeAt(i);
    if (unit !== SPACE) {
      const encoded_bytes = encode(unit, word_bytes);
      word_bytes += encoded_bytes;
      total_bytes += encoded_bytes;
      continue;
    }
    ngram_count = addWord(word_bytes, ngram_count, long_word_ends);
    word_bytes = 0;
    if (total_bytes > LAST_WORD_START_BYTES) break;
    total_bytes += 1;
  }
  // The function needs the characters after the cut to decide whether to keep an apostrophe and
  // which lower-case form of sigma to use.
  if (is_cut && ONLY_SPACES_AND_APOSTROPHES.test(words.slice(i))) return undefined;
  ngram_count = addWord(word_bytes, ngram_count, long_word_ends);
  const keys = removeDuplicates(ngram_count);
  return { keys, count: keys.length + long_word_ends.size };
}

/**
 * Writes a letter of the Basic Multilingual Plane in UTF-8.
 * @returns the number of written bytes.
 */
function encode(unit: number, at: number): number {
  if (unit < 0x80) {
    word[at] = unit;
    return 1;
  }
  if (unit < 0x800) {
    const lead = 0xc0 | (unit >> 6);
    word[at] = UNKNOWN_LEADS.has(lead) ? SPACE : lead;
    word[at + 1] = 0x80 | (unit & 0x3f);
    return 2;
  }
  word[at] = 0xe0 | (unit >> 12);
  word[at + 1] = 0x80 | ((unit >> 6) & 0x3f);
  word[at + 2] = 0x80 | (unit & 0x3f);
  return 3;
}

/**
 * Adds the n-grams of the current word.
 * @returns the number of n-grams so far.
 */
function addWord(word_bytes: number, ngram_count: number, long_word_ends: Set<string>): number {
  if (word_bytes === 0) return ngram_count;
  const used_bytes = Math.min(word_bytes, WORD_BYTES);
  let count = ngram_count;
  let at = 0;
  for (; at + NGRAM_BYTES < used_bytes; at += STRIDE_BYTES) {
    ngrams[count] = packKey(at, at + NGRAM_BYTES, { is_start: at === 0, is_end: false });
    count += 1;
  }
  const last = Math.max(0, used_bytes - NGRAM_BYTES);
  if (word_bytes > WORD_BYTES) {
    long_word_ends.add(Buffer.from(word.subarray(last, word_bytes)).toString('latin1'));
    return count;
  }
  // A word with fewer than 4 bytes is one n-gram.
  ngrams[count] = packKey(last, used_bytes, { is_start: at === 0, is_end: true });
  return count + 1;
}

/**
 * Packs bytes of the current word into a number. A space is added at the start and at the end of
 * the word. A JavaScript number represents up to 6 bytes exactly. An n-gram has at most 4 bytes and
 * two spaces.
 */
function packKey(
  from: number,
  to: number,
  { is_start, is_end }: { is_start: boolean; is_end: boolean },
): number {
  let key = is_start ? SPACE : 0;
  for (let i = from; i < to; i += 1) key = key * 256 + word[i]!;
  return is_end ? key * 256 + SPACE : key;
}

function removeDuplicates(count: number): Float64Array {
  const sorted = ngrams.subarray(0, count).sort();
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    sorted[kept] = sorted[i]!;
    kept += 1;
  }
  return sorted.subarray(0, kept);
}
