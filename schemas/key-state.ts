import { createHash } from 'node:crypto';
import * as z from 'zod';

/** The state of an API key: its last use, and its end if it was rotated. */
export const keyStateSchema = z.object({
  /** Time at which a rotated key ends, in milliseconds since 1970. */
  ends_at: z.int().optional(),
  /** Day on which the key was last used, in UTC, such as `2026-11-27`. */
  last_used_on: z.iso.date().optional(),
});
export type KeyState = z.infer<typeof keyStateSchema>;

/**
 * Returns the name of a key's state: the SHA-256 of the key, in hexadecimal. A key has 190 random
 * bits and more, so the hash needs no salt.
 */
export function hashApiKey(api_key: string): string {
  return createHash('sha256').update(api_key).digest('hex');
}

/** Returns the day of a time in milliseconds since 1970, in UTC, such as `2026-11-27`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
