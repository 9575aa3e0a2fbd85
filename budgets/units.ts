import { CHARACTERS_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import { countCharacters } from '../lib/count-characters.ts';

/**
 * Largest number of bytes that the end of a part leaves free, because a code point of four bytes does
 * not fit there.
 */
const UNUSABLE_BYTES = 3;

/**
 * Returns the number of units for which the analyzer bills a text: one for each 100 characters, and at
 * least three. A text that must be cut into parts is billed by the part, so the number is an upper
 * bound then. It is at most two units per part too high.
 *
 * @param max_document_bytes largest part, in bytes of UTF-8.
 * @example billedUnits('I love my cat', 5_000) // 3
 */
export function billedUnits(text: string, max_document_bytes: number): number {
  const characters = countCharacters(text);
  const bytes = Buffer.byteLength(text);
  const parts =
    bytes <= max_document_bytes ? 1 : Math.ceil(bytes / (max_document_bytes - UNUSABLE_BYTES));
  const units = Math.ceil(characters / CHARACTERS_PER_UNIT);
  return Math.max(LEAST_UNITS * parts, parts === 1 ? units : units + parts);
}
