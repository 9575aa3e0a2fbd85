import { BlockList, isIPv6 } from 'node:net';
import { ACCOUNT_ID, type Permission, REGION } from './types.ts';

/** A statement of an IAM policy. CloudFormation references are resolved. */
export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  /**
   * Expected values of the condition keys, grouped by operator. For example: `{StringEquals:
   * {"aws:RequestedRegion": ["us-east-1"]}}`.
   */
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Returns whether a statement applies to a permission. A statement applies if its action, its
 * resource and its conditions match.
 *
 * @param context the values of condition keys that belong to this call. The keys are in lower case.
 */
export function statementCovers(
  statement: PolicyStatement,
  permission: Permission,
  context: Record<string, string> = {},
): boolean {
  return (
    isListed(statement.Action, statement.NotAction, permission.action, 'any-case') &&
    isListed(statement.Resource, statement.NotResource, permission.resource) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      conditionHolds(operator, keys, { ...CONTEXT, ...context }),
    )
  );
}

function isListed(
  patterns: string | string[] | undefined,
  excluded: string | string[] | undefined,
  value: string,
  letters?: 'any-case',
): boolean {
  if (patterns !== undefined) return matchesAny([patterns].flat(), value, letters);
  return excluded !== undefined && !matchesAny([excluded].flat(), value, letters);
}

/**
 * Returns true if at least one pattern matches the value. In a pattern, `*` matches any characters
 * and `?` matches one character. If `letters` is 'any-case', the function treats upper-case and
 * lower-case letters as equal. IAM ignores the case of actions but not of ARNs.
 */
export function matchesAny(patterns: string[], value: string, letters?: 'any-case'): boolean {
  return patterns.some((pattern) => wildcardOf(pattern, letters === 'any-case').test(value));
}

const wildcards = new Map<string, RegExp>();

function wildcardOf(pattern: string, any_case: boolean): RegExp {
  const key = `${any_case}${pattern}`;
  const cached = wildcards.get(key);
  if (cached !== undefined) return cached;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const wildcard = new RegExp(`^${source}$`, any_case ? 'is' : 's');
  wildcards.set(key, wildcard);
  return wildcard;
}

/**
 * Values of the condition keys that are the same for every call. The keys are in lower case because
 * IAM ignores the case of condition keys.
 */
const CONTEXT: Record<string, string> = {
  'aws:requestedregion': REGION,
  'aws:principalaccount': ACCOUNT_ID,
  'aws:sourceaccount': ACCOUNT_ID,
  'aws:resourceaccount': ACCOUNT_ID,
  's3:resourceaccount': ACCOUNT_ID,
};

type Operator = (value: string, expected: string[]) => boolean;

const OPERATORS: Record<string, Operator> = {
  StringEquals: (value, expected) => expected.includes(value),
  StringNotEquals: (value, expected) => !expected.includes(value),
  StringLike: (value, expected) => matchesAny(expected, value),
  StringNotLike: (value, expected) => !matchesAny(expected, value),
  IpAddress: isInRanges,
  NotIpAddress: (value, expected) => !isInRanges(value, expected),
};

/** Returns true if an IP address is in at least one of the CIDR ranges. */
function isInRanges(address: string, ranges: string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    list.addSubnet(network, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Returns true if a condition holds. A condition with an unknown operator or key does not hold. A
 * statement with such a condition neither grants nor denies a permission.
 */
function conditionHolds(
  operator: string,
  keys: Record<string, string | string[]>,
  context: Record<string, string>,
): boolean {
  const compare = OPERATORS[operator];
  if (compare === undefined) return false;
  return Object.entries(keys).every(([key, expected]) => {
    const value = context[key.toLowerCase()];
    return value !== undefined && compare(value, [expected].flat());
  });
}
