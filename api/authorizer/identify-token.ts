import { LRUCache } from 'lru-cache';
import {
  type OidcSettings,
  parseRights,
  parseTokenKey,
  RIGHTS,
  type Right,
  slug,
} from '../../schemas/index.ts';
import type { ApiCaller } from './caller.ts';
import type { UsedKeys } from './ports.ts';
import type { TokenClaims, VerifyToken } from './verify-token.ts';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;
const MAX_SUBJECT = 512;

export interface IdentifyTokenDeps {
  settings: OidcSettings;
  verify: VerifyToken;
  keys: Pick<UsedKeys, 'readTokenKey'>;
  now: () => number;
}

/**
 * Creates the function that identifies the caller of a token. It returns `invalid` if the token is not
 * valid, and undefined if it is valid but names no tenant for which an operator allows tokens. The
 * caller has the rights that the token names, as far as the operator allows them.
 *
 * @throws {Error} if the issuer or the table of keys is unavailable. API Gateway then answers 503.
 */
export function createIdentifyToken({
  settings,
  verify,
  keys,
  now,
}: IdentifyTokenDeps): (token: string) => Promise<ApiCaller | 'invalid' | undefined> {
  const token_keys = new LRUCache<string, { key: string | undefined }>({
    ...{ max: MAX_REMEMBERED, ttl: REMEMBERED_MS },
    ttlResolution: 0,
    perf: { now },
  });
  const readTokenKey = async (tenant: string) => {
    const known = token_keys.get(tenant);
    if (known !== undefined) return known.key;
    const key = await keys.readTokenKey(tenant);
    token_keys.set(tenant, { key });
    return key;
  };
  return async (token) => {
    const claims = await verify(token);
    if (claims === undefined) return 'invalid';
    const tenant = slug.safeParse(claims[settings.tenant_claim]);
    if (!tenant.success) return undefined;
    const usage_key = await readTokenKey(tenant.data);
    const allowed = usage_key === undefined ? undefined : parseTokenKey(usage_key);
    if (usage_key === undefined || allowed === undefined) return undefined;
    const rights = readRights(claims, settings).filter((right) => allowed.rights.includes(right));
    const expires_at = claims.exp * 1_000;
    return {
      ...{ tenant: tenant.data, tier: allowed.tier, rights, expires_at, usage_key },
      ...readSubject(claims),
    };
  };
}

/** Characters that an entry of the audit trail cannot have are written as in a URL. */
function readSubject({ sub }: TokenClaims): { subject?: string } {
  if (typeof sub !== 'string' || sub === '') return {};
  const subject = sub.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  return { subject: subject.slice(0, MAX_SUBJECT) };
}

/** Reads the rights from the claim that the settings name. */
function readRights(claims: TokenClaims, { rights_claim, rights_by_value }: OidcSettings): Right[] {
  const value = claims[rights_claim];
  const words = (Array.isArray(value) ? value.map(String) : [String(value ?? '')]).flatMap((one) =>
    one.split(/[\s,]+/),
  );
  const named = words.flatMap((word) =>
    Object.hasOwn(rights_by_value, word) ? (rights_by_value[word] ?? []) : parseRights(word),
  );
  return RIGHTS.filter((right) => named.includes(right));
}
