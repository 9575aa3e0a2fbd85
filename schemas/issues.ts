import * as z from 'zod';

export const issueSchema = z.object({ path: z.string(), message: z.string() });

/**
 * An error in a record or a request: the path of the field, and what is wrong with it. It never quotes the text.
 *
 * @useDeclaredType
 *
 * @example
 * import type { Issue } from 'aurastream/schemas';
 *
 * const printIssue = ({ path, message }: Issue) => console.warn(`${path} ${message}`);
 * printIssue({ path: 'text', message: 'must not be empty' });
 */
export type Issue = z.infer<typeof issueSchema>;

/** A long list of issues does not help to fix a record. */
const MAX_ISSUES = 20;

/**
 * Translates zod's issues. Neither path nor message quotes a value. Attribute names come from the producer and may hold
 * user text, so a name is quoted only if it looks like an identifier.
 */
export function translateIssues(error: z.ZodError): Issue[] {
  return error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: issue.path.map(maskName).join('.'),
    message: messageOf(issue),
  }));
}

const ORDINARY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

function maskName(segment: PropertyKey): string {
  const name = String(segment);
  return ORDINARY_NAME.test(name) ? name : '?';
}

/** zod's own message about unknown keys quotes the keys. */
function messageOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'unrecognized_keys' ? 'has unknown fields' : message;
}
