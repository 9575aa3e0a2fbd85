import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** The frequency of n-grams in each language. */
export interface NgramTable {
  languages: string[];
  /** For each language, the mean score of the texts that eld identified correctly. */
  average_scores: number[];
  /**
   * Adds the weights of an n-gram to the languages that use it. An unknown n-gram adds nothing.
   *
   * @param sums one per language, in the order of `languages`.
   */
  addWeights(key: number, sums: Int32Array): void;
}

/** The first line of the file, as JSON. See README.md for the layout of the rest. */
interface Header {
  languages: string[];
  average_scores: number[];
  keys: number;
  key_bytes: number;
  weights: number;
}

/** A hash table with open addressing: an empty slot has the key 0, which no n-gram has. */
interface Slots {
  keys: Float64Array;
  /** The position of the n-gram's first weight. */
  firsts: Int32Array;
  /** The number of the n-gram's weights, one per language. */
  counts: Uint8Array;
}

/** At 81,206 n-grams the table is 62 % full. */
const SLOT_BITS = 17;
const SLOT_COUNT = 2 ** SLOT_BITS;
/** eld subtracts this from every weight, so that its table takes fewer characters. */
const BASE_WEIGHT = 53;
const LINE_FEED = 0x0a;
/** The table's file is in the folder of this module; in a Lambda function, in the folder of the bundle. */
const FILE = 'languages.bin';

/**
 * Reads the table: 81,206 n-grams of 60 languages, from eld 2.1.0 (Nito T.M., Apache-2.0), size "small".
 *
 * Typed arrays load in milliseconds. The object literals of the eld package would add 0.4 s and 50 MB to each cold
 * start.
 */
export function readTable(): NgramTable {
  const bytes = brotliDecompressSync(readFileSync(new URL(`./${FILE}`, import.meta.url)));
  const header_end = bytes.indexOf(LINE_FEED);
  const header = JSON.parse(bytes.toString('utf8', 0, header_end)) as Header;
  const keys_at = header_end + 1;
  const counts_at = keys_at + header.key_bytes;
  const languages_at = counts_at + header.keys;
  const weights_at = languages_at + header.weights;
  const slots = fillSlots(bytes, header.keys, keys_at, counts_at);
  return {
    languages: header.languages,
    average_scores: header.average_scores,
    addWeights(key, sums) {
      const slot = findSlot(slots.keys, key);
      if (slots.keys[slot] !== key) return;
      const first = slots.firsts[slot]!;
      for (let i = first; i < first + slots.counts[slot]!; i += 1) {
        sums[bytes[languages_at + i]!]! += bytes[weights_at + i]! + BASE_WEIGHT;
      }
    },
  };
}

function fillSlots(bytes: Buffer, key_count: number, keys_at: number, counts_at: number): Slots {
  const slots: Slots = {
    keys: new Float64Array(SLOT_COUNT),
    firsts: new Int32Array(SLOT_COUNT),
    counts: new Uint8Array(SLOT_COUNT),
  };
  let first = 0;
  let at = keys_at;
  for (let i = 0; i < key_count; i += 1) {
    let key = 0;
    for (; bytes[at] !== LINE_FEED; at += 1) key = key * 256 + bytes[at]!;
    at += 1;
    const slot = findSlot(slots.keys, key);
    slots.keys[slot] = key;
    slots.firsts[slot] = first;
    slots.counts[slot] = bytes[counts_at + i]!;
    first += bytes[counts_at + i]!;
  }
  return slots;
}

/** The slot of a key, or the empty slot where it belongs. */
function findSlot(keys: Float64Array, key: number): number {
  const high = (key / 2 ** 32) | 0;
  let slot = Math.imul((key >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> (32 - SLOT_BITS);
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) % SLOT_COUNT;
  return slot;
}
