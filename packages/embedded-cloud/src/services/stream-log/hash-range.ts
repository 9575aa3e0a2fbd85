import { createHash } from 'node:crypto';
import type { HashRange } from './types.ts';

const SPACE = 2n ** 128n;
const DIGITS = 32;

export const toHex = (hash: bigint): string => hash.toString(16).padStart(DIGITS, '0');
export const fromHex = (hash: string): bigint => BigInt(`0x${hash}`);

/** Returns the hash of a key as 32 hexadecimal digits. Kinesis uses the same hash. */
export const hashKey = (key: string): string => createHash('md5').update(key).digest('hex');

/** Divides all hashes, or the hashes of a range, into equal ranges. */
export function divideHashes(
  count: number,
  range: HashRange = { first: toHex(0n), last: toHex(SPACE - 1n) },
): HashRange[] {
  const start = fromHex(range.first);
  const size = fromHex(range.last) - start + 1n;
  const bound = (index: number) => start + (size * BigInt(index)) / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    first: toHex(bound(index)),
    last: toHex(bound(index + 1) - 1n),
  }));
}
