import { createHash } from 'node:crypto';

const HEX = '0123456789abcdef';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RECORD_ID_LENGTH = 88;

/** A number from 0 up to but not including 1. */
export type Random = () => number;

export function randomUuid(random: Random): string {
  const hex = characters(random, HEX, 32).split('');
  // Version 4, variant 1: RFC 9562.
  hex[12] = '4';
  hex[16] = HEX[8 + Math.floor(random() * 4)]!;
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What Firehose answers for an accepted record: opaque. */
export function recordId(random: Random): string {
  return characters(random, LETTERS, RECORD_ID_LENGTH);
}

/** The 11 characters of `!{firehose:random-string}`: the same for the same id, so that a retry writes the same object. */
export function randomString(id: string): string {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 11);
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

function characters(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}
