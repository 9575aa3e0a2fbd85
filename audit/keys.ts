import { createHmac } from 'node:crypto';

/** The keys of the trail. All are derived from one secret of the deployment. */
export interface AuditKeys {
  /** Authenticates lines. */
  line: Buffer;
  /** Authenticates manifests. */
  manifest: Buffer;
  /** Hides the values of selectors that name persons. */
  person: Buffer;
}

/** Derives the keys of the trail. A key of one purpose says nothing about the others. */
export function deriveAuditKeys(secret: string): AuditKeys {
  const derive = (purpose: string) =>
    createHmac('sha256', secret).update(`audit ${purpose} v1`).digest();
  return { line: derive('line'), manifest: derive('manifest'), person: derive('person') };
}

/**
 * Computes the HMAC under which a selector of a person is stored. The same value of the same selector
 * always has the same HMAC, so that its entries can be found again.
 *
 * @returns 64 hexadecimal digits.
 */
export function hashPerson(keys: AuditKeys, selector: string, value: string): string {
  return createHmac('sha256', keys.person).update(`${selector}\n${value}`).digest('hex');
}

/** Replaces the selectors of persons by their HMAC, for example `author` by `author_hmac`. */
export function hashPersons(
  keys: AuditKeys,
  persons: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(persons).map(([selector, value]) => [
      `${selector}_hmac`,
      hashPerson(keys, selector, value),
    ]),
  );
}
