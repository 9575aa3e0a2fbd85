import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** The frequencies of n-grams in each language. */
export interface NgramTable {
  languages: string[];
  /** Mean score for each language. The mean covers the texts that eld identified correctly. */
  average_scores: number[];
  /**
   * Adds the weights of an n-gram to the sums of the languages that use the n-gram. If the n-gram
   * is unknown, the function adds nothing.
   *
   * @param sums the sum of each language, in the order of `languages`.
   */
  addWeights(key: number, sums: Int32Array): void;
}

/**
 * The first line of the table's file, in JSON. README.md describes the layout of the other bytes.
 */
interface Header {
  languages: string[];
  average_scores: number[];
  keys: number;
  key_bytes: number;
  weights: number;
}

/** A hash table with open addressing. An empty slot has the key 0. No n-gram has the key 0. */
interface Slots {
  keys: Float64Array;
  /** Position of the n-gram's first weight in the list of weights. */
  firsts: Int32Array;
  /**
   * Number of the n-gram's weights. The n-gram has one weight for each language that uses the
   * n-gram.
   */
  counts: Uint8Array;
}

/** Number of bits in the index of a slot. With 81,206 n-grams, 62 % of the slots are used. */
const SLOT_BITS = 17;
const SLOT_COUNT = 2 ** SLOT_BITS;
/**
 * Offset that eld subtracts from every weight. The smaller weights have fewer digits, so that eld's
 * table file is shorter.
 */
const BASE_WEIGHT = 53;
const LINE_FEED = 0x0a;
/**
 * Name of the table's file. The file is in the folder of this module. In a Lambda function, the
 * file is in the folder of the bundle.
 */
const FILE = 'languages.bin';

/**
 * Reads the table, which has 81,206 n-grams of 60 languages. Source: eld 2.1.0 (Nito T.M.,
 * Apache-2.0), size "small".
 *
 * Typed arrays load in milliseconds. The object literals of the eld package would add 0.4 s and 50
 * MB of memory to each cold start.
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

/**
 * Returns the index of the slot with the key. If the table does not contain the key, returns the
 * index of the empty slot for the key.
 */
function findSlot(keys: Float64Array, key: number): number {
  const high = (key / 2 ** 32) | 0;
  let slot = Math.imul((key >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> (32 - SLOT_BITS);
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) % SLOT_COUNT;
  return slot;
}
