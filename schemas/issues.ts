import * as z from 'zod';

export const issueSchema = z.object({ path: z.string(), message: z.string() });

/**
 * One error in a record or a request, with the path of the wrong field and a message that says what
 * is wrong. The message never quotes the text of the record.
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

/**
 * Maximum number of issues that are reported for one record, because a longer list does not help to
 * fix the record.
 */
const MAX_ISSUES = 20;

/**
 * Translates zod's issues. Paths and messages never quote a value. Producers choose the names of
 * attributes, so a name may contain user text. If a name looks like an identifier, the path
 * contains the name. Otherwise the path contains `?` instead of the name.
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

/**
 * Returns the message of an issue. Replaces zod's message about unknown keys, because that message
 * quotes the keys.
 */
function messageOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'unrecognized_keys' ? 'has unknown fields' : message;
}
