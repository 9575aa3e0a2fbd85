import * as z from 'zod';
import { slug } from './record.ts';
import { RIGHTS, type Right } from './right.ts';

export const TIERS = ['starter', 'growth', 'professional', 'enterprise'] as const;
export const tier = z.enum(TIERS);
export type Tier = z.infer<typeof tier>;

/** The request limits of a tier. */
export const tierLimitsSchema = z.object({
  requests_per_second: z.number().positive(),
  burst_requests: z.int().positive(),
  requests_per_month: z.int().positive(),
  /** Number of records that the open jobs of a tenant may have together. */
  open_job_records: z.int().positive(),
});
export type TierLimits = z.infer<typeof tierLimitsSchema>;

/**
 * The tenant, the tier, the rights and the end that an API key contains. API Gateway checks that the
 * key exists, and this module only parses the key.
 */
export interface ApiKeyClaims {
  tenant: string;
  tier: Tier;
  rights: readonly Right[];
  /** Time at which the key expires, in milliseconds since 1970. If absent, it never expires. */
  expires_at?: number;
}

/**
 * The form of an API key. A key consists of the letters `as`, one letter for the tier, a hexadecimal
 * digit for the rights, four characters for the end, the tenant, the letter `X`, and 32 to 40 random
 * characters. API Gateway accepts keys of 20 to 128 letters and digits. Source: "API key file format"
 * in the API Gateway developer guide. A tenant has no upper-case letters, so in the key `H` stands for
 * `-` and `U` stands for `_`.
 */
const KEY = /^as([SGPE])([1-9a-f])([0-9a-z]{4})([a-z0-9HU]{1,64})X([A-Za-z0-9]{32,40})$/;
const LETTERS: Record<Tier, string> = {
  starter: 'S',
  growth: 'G',
  professional: 'P',
  enterprise: 'E',
};
const HOUR_MS = 3_600_000;
/** The end of a key that never expires. Other ends are hours since 1970 in base 36, until 2161. */
const NEVER = '0000';

/**
 * Builds the value of an API key.
 *
 * @param claims the claims of the key. The end is rounded up to a full hour.
 * @param random 32 to 40 letters and digits from a secure random source.
 * @throws {z.ZodError} if the tenant is not a slug.
 * @throws {RangeError} if there are no rights, if the end is after the year 2161, or if `random` has
 * another length or other characters.
 */
export function formatApiKey({ tenant, tier, rights, expires_at }: ApiKeyClaims, random: string) {
  const name = slug.parse(tenant).replaceAll('-', 'H').replaceAll('_', 'U');
  const end = expires_at === undefined ? NEVER : formatHour(expires_at);
  const key = `as${LETTERS[tier]}${formatDigit(rights)}${end}${name}X${random}`;
  // A longer end would be read as the begin of the tenant.
  if (!KEY.test(key) || end.length !== NEVER.length) {
    throw new RangeError(
      'An API key needs a right, an end before 2161, and 32 to 40 random letters and digits',
    );
  }
  return key;
}

/**
 * Reads the claims of a key. Returns undefined if the key does not have the form of an AuraStream
 * key.
 */
export function parseApiKey(key: string): ApiKeyClaims | undefined {
  const [, letter, digit = '0', end = NEVER, name] = KEY.exec(key) ?? [];
  const tier = TIERS.find((candidate) => LETTERS[candidate] === letter);
  const tenant = slug.safeParse(name?.replaceAll('H', '-').replaceAll('U', '_'));
  if (tier === undefined || !tenant.success) return undefined;
  const bits = Number.parseInt(digit, 16);
  return {
    tenant: tenant.data,
    tier,
    rights: RIGHTS.filter((_, bit) => (bits & (1 << bit)) !== 0),
    ...(end === NEVER ? {} : { expires_at: Number.parseInt(end, 36) * HOUR_MS }),
  };
}

function formatDigit(rights: readonly Right[]): string {
  const bits = RIGHTS.map((right, bit) => (rights.includes(right) ? 1 << bit : 0));
  return bits.reduce((sum, bit) => sum + bit, 0).toString(16);
}

/** Rounds a time in milliseconds up to a full hour, as the end of a key is. */
export function roundUpToHour(time: number): number {
  return Math.ceil(time / HOUR_MS) * HOUR_MS;
}

function formatHour(time: number): string {
  return (roundUpToHour(time) / HOUR_MS).toString(36).padStart(NEVER.length, '0');
}

/** The first letters of a key, and of a key for tokens. */
const PREFIX = 'as';
const TOKENS_PREFIX = 'at';

/**
 * Builds the value of a key for tokens. A request with a token of OpenID Connect has no key, so API
 * Gateway counts it for this key of the tenant. Callers cannot send it: it is not an API key.
 *
 * @throws {RangeError} or {z.ZodError} as `formatApiKey`.
 */
export function formatTokenKey(claims: ApiKeyClaims, random: string): string {
  return `${TOKENS_PREFIX}${formatApiKey(claims, random).slice(PREFIX.length)}`;
}

/** Reads the claims of a key for tokens. Returns undefined if the key is another one. */
export function parseTokenKey(key: string): ApiKeyClaims | undefined {
  if (!key.startsWith(TOKENS_PREFIX)) return undefined;
  return parseApiKey(`${PREFIX}${key.slice(TOKENS_PREFIX.length)}`);
}
