import * as z from 'zod';
import { slug } from './record.ts';

export const TIERS = ['starter', 'growth', 'professional', 'enterprise'] as const;
export const tier = z.enum(TIERS);
export type Tier = z.infer<typeof tier>;

/** What a tier allows. */
export const tierLimitsSchema = z.object({
  requests_per_second: z.number().positive(),
  burst_requests: z.int().positive(),
  requests_per_month: z.int().positive(),
});
export type TierLimits = z.infer<typeof tierLimitsSchema>;

/** Whose key it is: what the key itself says. API Gateway vouches for it, since it alone knows which keys exist. */
export interface ApiKeyClaims {
  tenant: string;
  tier: Tier;
}

/**
 * API Gateway takes keys of 20 to 128 letters and digits. Source: API key file format, API Gateway developer guide.
 * Slugs are lower case, so upper case is free for what is not alphanumeric: `-` is `H`, `_` is `U`, and `X` ends it.
 */
const KEY = /^as([SGPE])([a-z0-9HU]{1,64})X([A-Za-z0-9]{32,40})$/;
const LETTERS: Record<Tier, string> = {
  starter: 'S',
  growth: 'G',
  professional: 'P',
  enterprise: 'E',
};

/** An API key's value. @param random 32 to 40 letters and digits that nobody can guess. */
export function formatApiKey({ tenant, tier }: ApiKeyClaims, random: string): string {
  const name = slug.parse(tenant).replaceAll('-', 'H').replaceAll('_', 'U');
  const key = `as${LETTERS[tier]}${name}X${random}`;
  if (!KEY.test(key)) throw new RangeError('random: must be 32 to 40 letters and digits');
  return key;
}

/** Whose key this is; undefined where it is none of ours. */
export function parseApiKey(key: string): ApiKeyClaims | undefined {
  const [, letter, name] = KEY.exec(key) ?? [];
  const tier = TIERS.find((candidate) => LETTERS[candidate] === letter);
  const tenant = slug.safeParse(name?.replaceAll('H', '-').replaceAll('U', '_'));
  return tier === undefined || !tenant.success ? undefined : { tenant: tenant.data, tier };
}
