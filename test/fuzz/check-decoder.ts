import { unzipSync } from 'node:zlib';
import { decode, decodeEntry, setAsideOf } from '../../processors/stream/decode/decode.ts';
import type { Entry } from '../../processors/stream/decode/entry.ts';
import {
  deriveRecordId,
  ENVELOPE_NAMES,
  recordSchema,
  setAsideSchema,
} from '../../schemas/index.ts';
import { kinesisRecord } from '../support/kinesis-event.ts';

const ALL = new Set(ENVELOPE_NAMES);
const REPLACEMENT = Buffer.from('\ufffd');

/**
 * Checks the promises of the decoder for the bytes of one Kinesis record.
 *
 * @throws {Error} if a promise is broken. The message says which.
 */
export function checkDecoder(bytes: Buffer): void {
  const { items, rejected } = decode([kinesisRecord(bytes)], undefined, ALL);
  const entries: Entry[] = [...items, ...rejected.map(({ item }) => item)];
  const ids = entries.map(({ position }) => deriveRecordId(position));
  expectThat(new Set(ids).size === ids.length, 'every record has a place of its own');
  for (const item of items) {
    expectThat(recordSchema.safeParse(item.record).success, 'every record fits the schema');
    expectThat(!hasNewReplacement(item.record.text, item.bytes), 'no U+FFFD is invented');
  }
  for (const { item, why } of rejected) setAsideSchema.parse(setAsideOf(item, why));
  for (const item of items) {
    const again = decodeEntry(item, ALL).items;
    expectThat(again.length === 1 && isSame(again[0], item), 'a restored record is the same');
  }
  for (const { item, why } of rejected) {
    if (why.reason === 'too_large') continue;
    const again = decodeEntry(item, ALL).rejected;
    const is_same = again.length === 1 && isSame(again[0]?.item, item);
    expectThat(is_same && again[0]?.why.reason === why.reason, 'a restored set-aside is the same');
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Escapes of halves of a surrogate pair become U+FFFD; bytes must not. */
function hasNewReplacement(text: string, bytes: Uint8Array): boolean {
  if (!text.includes('\ufffd')) return false;
  let plain = Buffer.from(bytes);
  while (plain[0] === 0x1f || plain[0] === 0x78) plain = unzipSync(plain);
  return !plain.includes(REPLACEMENT) && !plain.includes('\\u');
}

function expectThat(is_kept: boolean, promise: string): void {
  if (!is_kept) throw new Error(`The decoder breaks a promise: ${promise}`);
}
