import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The end of a signed text. Nothing may follow, so that each byte of the text counts. */
const SIGNED = /^(\{.*),"mac":"([0-9a-f]{64})"\}$/s;

/**
 * Writes a value as JSON whose last field, `mac`, is the HMAC-SHA256 of the JSON without that field.
 *
 * @param value an object with at least one field.
 */
export function signJson(value: object, key: Buffer): { text: string; mac: string } {
  const unsigned = JSON.stringify(value);
  const mac = computeMac(unsigned, key);
  return { text: `${unsigned.slice(0, -1)},"mac":"${mac}"}`, mac };
}

/** Returns whether a text is signed with the key. A text with one other byte is not. */
export function isSigned(text: string, key: Buffer): boolean {
  const [, start = '', mac = ''] = SIGNED.exec(text) ?? [];
  const given = Buffer.from(mac, 'hex');
  const expected = Buffer.from(computeMac(`${start}}`, key), 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Computes the SHA-256 of a text, in 64 hexadecimal digits. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function computeMac(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
