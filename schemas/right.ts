import * as z from 'zod';

/**
 * The rights of a caller of the API. Rights do not include each other: a key that may submit jobs and
 * read all results has both `jobs` and `read`.
 *
 * - `read`: results, statistics, jobs and their outcomes.
 * - `publish`: analyze texts while the caller waits, and put records on the stream. Both cost money.
 * - `jobs`: submit, follow and cancel jobs.
 * - `admin`: administrative acts for the tenant, such as the erasure of its records.
 */
export const RIGHTS = ['read', 'publish', 'jobs', 'admin'] as const;
export const right = z.enum(RIGHTS);
export type Right = z.infer<typeof right>;

/** The rights of a key that is created without a choice: all but `admin`. */
export const DEFAULT_RIGHTS: readonly Right[] = ['read', 'publish', 'jobs'];

/**
 * Reads rights from a list with commas or spaces between them, such as `read,publish`. Other words
 * are not rights and are left out, because a scope of OpenID Connect also lists `openid`.
 */
export function parseRights(list: string): Right[] {
  const words = new Set(list.split(/[\s,]+/));
  return RIGHTS.filter((name) => words.has(name));
}

export function formatRights(rights: readonly Right[]): string {
  return RIGHTS.filter((name) => rights.includes(name)).join(',');
}
