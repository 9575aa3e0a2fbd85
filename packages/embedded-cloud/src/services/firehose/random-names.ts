import { createHash } from 'node:crypto';

const HEX = '0123456789abcdef';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RECORD_ID_LENGTH = 88;

/** Returns a random number from 0 up to but not including 1. */
export type Random = () => number;

export function createUuid(random: Random): string {
  const hex = pickCharacters(random, HEX, 32).split('');
  // In a random UUID, RFC 9562 requires the version digit 4 and a variant digit from 8 to b.
  hex[12] = '4';
  hex[16] = HEX[8 + Math.floor(random() * 4)]!;
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Creates a random id for an accepted record. */
export function createRecordId(random: Random): string {
  return pickCharacters(random, ALPHANUMERIC, RECORD_ID_LENGTH);
}

/**
 * Creates the 11 characters of the expression `!{firehose:random-string}`. The characters are
 * computed from the id of the journal, so that a retry writes the same object.
 */
export function createRandomString(id: string): string {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 11);
  return [...bytes].map((byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length]).join('');
}

function pickCharacters(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}
