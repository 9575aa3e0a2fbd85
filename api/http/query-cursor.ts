import { hash } from 'node:crypto';
import { throwBadCursor } from './cursor.ts';
import { HttpError } from './errors.ts';

/** Length of the part of a cursor that names the query. */
const MARK_LENGTH = 12;

/**
 * Formats a cursor of a listing. The cursor belongs to the caller's tenant and to the query: with
 * another one, {@link parseQueryCursor} refuses it.
 *
 * @param query all parameters of the query that select or order what is listed.
 * @param position position in the listing.
 */
export function formatQueryCursor(tenant: string, query: object, position: string): string {
  return Buffer.from(`${markOf(tenant, query)}${position}`).toString('base64url');
}

/**
 * Returns the position of a cursor that {@link formatQueryCursor} formatted for the same tenant and
 * the same query.
 *
 * @throws {HttpError} VALIDATION_ERROR if the cursor is of another tenant, query or listing.
 */
export function parseQueryCursor(tenant: string, query: object, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^[\w-]{12}\d/.test(text)) throwBadCursor(new RangeError('The cursor has no position'));
  if (text.slice(0, MARK_LENGTH) !== markOf(tenant, query)) {
    throw new HttpError(
      'VALIDATION_ERROR',
      'cursor: belongs to another query; send the parameters of the page that returned it',
      { field: 'cursor' },
    );
  }
  return text.slice(MARK_LENGTH);
}

/** The order of the parameters and absent parameters make no difference. */
function markOf(tenant: string, query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = given.sort(([one], [other]) => (one < other ? -1 : 1));
  return hash('sha256', JSON.stringify([tenant, parameters]), 'base64url').slice(0, MARK_LENGTH);
}
