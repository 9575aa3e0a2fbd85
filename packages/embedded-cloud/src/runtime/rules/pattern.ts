export type Pattern = { [name: string]: Pattern | Matcher[] };
type Matcher = string | { prefix: string };

/**
 * Returns whether an event matches a rule's pattern. Every leaf of the pattern is a list, and at
 * least one element of each list must match the event's value.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesPattern(pattern: Pattern, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = event[name];
    if (!Array.isArray(wanted)) {
      return typeof value === 'object' && value !== null && matchesPattern(wanted, { ...value });
    }
    return wanted.some((matcher) =>
      typeof matcher === 'string'
        ? value === matcher
        : typeof value === 'string' && value.startsWith(matcher.prefix),
    );
  });
}

/**
 * Reads a pattern from the template.
 * @throws {Error} if the pattern is malformed or uses an operator that is not emulated.
 */
export function readPattern(value: unknown): Pattern {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('EventPattern must be an object whose leaves are lists.');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, wanted]) => [
      name,
      Array.isArray(wanted) ? wanted.map(readMatcher) : readPattern(wanted),
    ]),
  );
}

function readMatcher(value: unknown): Matcher {
  if (typeof value === 'string') return value;
  const { prefix, ...more } = (value ?? {}) as Record<string, unknown>;
  if (typeof prefix === 'string' && Object.keys(more).length === 0) return { prefix };
  throw new Error(
    `EventPattern: ${JSON.stringify(value)} is not emulated. Use exact strings and {"prefix": …}.`,
  );
}
