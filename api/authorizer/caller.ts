import type { Right, Tier } from '../../schemas/index.ts';

/** A caller of the API whom the authorizer has identified by a key or by a token. */
export interface ApiCaller {
  tenant: string;
  tier: Tier;
  rights: readonly Right[];
  /** Time at which the key or the token expires, in milliseconds since 1970. */
  expires_at: number | undefined;
  /** Id of the person at the issuer of the token. Absent for callers with a key. */
  subject?: string;
  /** The API key whose usage plan limits the requests of the caller. */
  usage_key: string;
}
