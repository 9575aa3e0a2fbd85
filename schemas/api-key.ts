import * as z from 'zod';
import { slug } from './record.ts';

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
 * The tenant and the tier that an API key contains. API Gateway checks that the key exists, and
 * this module only parses the key.
 */
export interface ApiKeyClaims {
  tenant: string;
  tier: Tier;
}

/**
 * The form of an API key. A key consists of the letters `as`, one letter for the tier, the tenant,
 * the letter `X`, and 32 to 40 random characters. API Gateway accepts keys of 20 to 128 letters and
 * digits. Source: "API key file format" in the API Gateway developer guide. A tenant has no
 * upper-case letters, so in the key `H` stands for `-` and `U` stands for `_`.
 */
const KEY = /^as([SGPE])([a-z0-9HU]{1,64})X([A-Za-z0-9]{32,40})$/;
const LETTERS: Record<Tier, string> = {
  starter: 'S',
  growth: 'G',
  professional: 'P',
  enterprise: 'E',
};

/**
 * Builds the value of an API key.
 *
 * @param random 32 to 40 letters and digits from a secure random source.
 * @throws {z.ZodError} if the tenant is not a slug.
 * @throws {RangeError} if `random` has another length or other characters.
 */
export function formatApiKey({ tenant, tier }: ApiKeyClaims, random: string): string {
  const name = slug.parse(tenant).replaceAll('-', 'H').replaceAll('_', 'U');
  const key = `as${LETTERS[tier]}${name}X${random}`;
  if (!KEY.test(key)) throw new RangeError('random: must be 32 to 40 letters and digits');
  return key;
}

/**
 * Reads the tenant and the tier from a key. Returns undefined if the key does not have the form of
 * an AuraStream key.
 */
export function parseApiKey(key: string): ApiKeyClaims | undefined {
  const [, letter, name] = KEY.exec(key) ?? [];
  const tier = TIERS.find((candidate) => LETTERS[candidate] === letter);
  const tenant = slug.safeParse(name?.replaceAll('H', '-').replaceAll('U', '_'));
  return tier === undefined || !tenant.success ? undefined : { tenant: tenant.data, tier };
}
