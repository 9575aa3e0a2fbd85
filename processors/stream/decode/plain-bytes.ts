import { isAggregate } from './aggregate.ts';
import { decompress } from './compression.ts';
import { Unreadable } from './unreadable.ts';

/**
 * Decompresses the bytes of one record. Returns undefined if they are an aggregate of several records,
 * or compressed data that is broken.
 */
export function tryDecompress(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const plain = decompress(bytes);
    return isAggregate(plain) ? undefined : plain;
  } catch (why) {
    if (why instanceof Unreadable) return undefined;
    throw why;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the bytes of one record as text. Returns undefined if they are no UTF-8, also unpacked. */
export function readPlainText(bytes: Uint8Array): string | undefined {
  const plain = tryDecompress(bytes);
  if (plain === undefined) return undefined;
  try {
    return utf8.decode(plain);
  } catch {
    return undefined;
  }
}
