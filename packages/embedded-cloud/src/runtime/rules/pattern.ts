export interface ObjectCreatedEvent {
  source: 'aws.s3';
  'detail-type': 'Object Created';
  detail: { bucket: { name: string }; object: { key: string }; [more: string]: unknown };
  [more: string]: unknown;
}

type Pattern = { [name: string]: Pattern | Matcher[] };
type Matcher = string | { prefix: string };

/**
 * Whether an event fits a rule's pattern: every leaf is a list, of which one value must fit.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function fits(pattern: Pattern, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = event[name];
    if (!Array.isArray(wanted)) {
      return typeof value === 'object' && value !== null && fits(wanted, { ...value });
    }
    return wanted.some((matcher) =>
      typeof matcher === 'string'
        ? value === matcher
        : typeof value === 'string' && value.startsWith(matcher.prefix),
    );
  });
}

/** @throws {Error} for an operator that is not played here. */
export function readPattern(value: unknown): Pattern {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('EventPattern is no object.');
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
  throw new Error('EventPattern: only exact values and prefix are played here.');
}
