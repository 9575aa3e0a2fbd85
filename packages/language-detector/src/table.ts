import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** How often n-grams occur in which language. */
export interface NgramTable {
  languages: string[];
  /** Of each language: the mean score of texts that it was rightly told for. */
  average_scores: number[];
  /**
   * Adds what an n-gram says for each language.
   *
   * @param scores by the languages' places.
   */
  add(key: number, scores: Int32Array): void;
}

/** A power of two, at most two thirds full. */
const SLOT_BITS = 17;
const SLOTS = 2 ** SLOT_BITS;
/** What eld subtracted from every weight to make its table smaller. */
const BASE_WEIGHT = 53;
const LINE_FEED = 0x0a;

/** Beside this file, and beside the bundle. `npm run language-table` makes it of eld's. */
const FILE = 'languages.bin';

/**
 * The table of 81,206 n-grams in 60 languages, from eld 2.1.0 (Nito T.M., Apache-2.0), `small`. In typed arrays it is
 * there in milliseconds; as the package's object literal it takes 0.4 s and 50 MB of every cold start.
 */
export function readTable(): NgramTable {
  const file = readFileSync(new URL(`./${FILE}`, import.meta.url));
  const bytes = brotliDecompressSync(file);
  const end = bytes.indexOf(LINE_FEED);
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  const [keys_at, counts_at] = [end + 1, end + 1 + header.key_bytes];
  const languages_at = counts_at + header.keys;
  const weights_at = languages_at + header.weights;
  const slots = { keys: new Float64Array(SLOTS), firsts: new Int32Array(SLOTS) };
  const counts = new Uint8Array(SLOTS);
  let first = 0;
  let at = keys_at;
  for (let i = 0; i < header.keys; i += 1) {
    let key = 0;
    for (; bytes[at] !== LINE_FEED; at += 1) key = key * 256 + bytes[at]!;
    at += 1;
    const slot = freeSlot(slots.keys, key);
    slots.keys[slot] = key;
    slots.firsts[slot] = first;
    counts[slot] = bytes[counts_at + i]!;
    first += counts[slot]!;
  }
  return {
    languages: header.languages,
    average_scores: header.average_scores,
    add(key, scores) {
      const slot = freeSlot(slots.keys, key);
      if (slots.keys[slot] !== key) return;
      const start = slots.firsts[slot]!;
      for (let i = start; i < start + counts[slot]!; i += 1) {
        scores[bytes[languages_at + i]!]! += bytes[weights_at + i]! + BASE_WEIGHT;
      }
    },
  };
}

/** First line of the file; then the keys, a line each; then bytes: languages of each key, their places, weights. */
interface Header {
  languages: string[];
  average_scores: number[];
  keys: number;
  key_bytes: number;
  weights: number;
}

/** Where a key is, or would be: a key is never 0. */
function freeSlot(keys: Float64Array, key: number): number {
  const high = (key / 2 ** 32) | 0;
  let slot = Math.imul((key >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> (32 - SLOT_BITS);
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) % SLOTS;
  return slot;
}
