import { createHash } from 'node:crypto';

const FITS = /^[A-Za-z0-9._:-]+$/;
const MAX_LENGTH = 128;

/**
 * Returns the id of a record of a foreign id: the prefix and the id where the id fits into a
 * `record_id`, else the prefix and the SHA-256 of the id in base64url.
 *
 * @param prefix short name of the source, such as `hn`. Ids of two sources are then never equal.
 *
 * @example
 * createRecordId('hn', '46100002'); // 'hn:46100002'
 */
export function createRecordId(prefix: string, ...native_id: string[]): string {
  const id = native_id.join(':');
  const whole = `${prefix}:${id}`;
  if (FITS.test(id) && whole.length <= MAX_LENGTH) return whole;
  // The parts are hashed as JSON, so that ("a:b", "c") and ("a", "b:c") differ.
  return `${prefix}:${hashText(JSON.stringify(native_id))}`;
}

/** Returns the SHA-256 of the UTF-8 bytes of a text, in base64url (43 characters). */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
