import { FetchError, JwtBaseError, WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import type { OidcSettings } from '../../schemas/index.ts';

export type TokenClaims = Record<string, unknown> & { exp: number };

/**
 * Verifies a token. Returns its claims, or undefined if the token is not valid.
 *
 * @throws {Error} if the keys of the issuer cannot be read at the moment.
 */
export type VerifyToken = (token: string) => Promise<TokenClaims | undefined>;

/** Time in which the issuer must send its keys, in milliseconds. The authorizer has 5 s in all. */
const FETCH_MS = 2_000;
const MAX_KEYS_BYTES = 256 * 1_024;
/** Difference between the clocks of the issuer and of Lambda that is allowed, in seconds. */
const GRACE_SECONDS = 5;

/**
 * Creates the function that verifies tokens of one issuer: signature, issuer, audience, expiry and
 * begin. Only asymmetric algorithms are accepted. The keys of the issuer are fetched once, and again
 * when a token names an unknown key, at most every ten seconds.
 */
export function createVerifyToken(settings: OidcSettings): VerifyToken {
  const { issuer, jwks_uri, audiences, audience_claim } = settings;
  const verifier = JwtVerifier.create(
    {
      issuer,
      audience: audience_claim === 'aud' ? audiences : null,
      graceSeconds: GRACE_SECONDS,
      ...(jwks_uri === undefined ? {} : { jwksUri: jwks_uri }),
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
  return async (token) => {
    try {
      const claims = await verifier.verify(token);
      const is_ours = audience_claim === 'aud' || audiences.includes(String(claims.client_id));
      // The library takes a token without an end for one that never expires.
      return is_ours && claims.exp !== undefined ? { ...claims, exp: claims.exp } : undefined;
    } catch (error) {
      const is_unavailable =
        error instanceof FetchError || error instanceof WaitPeriodNotYetEndedJwkError;
      if (error instanceof JwtBaseError && !is_unavailable) return undefined;
      throw error;
    }
  };
}

async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const signal = AbortSignal.timeout(FETCH_MS);
    const response = await fetch(uri, { redirect: 'error', signal });
    if (!response.ok) throw new Error(`The issuer answered ${response.status}`);
    const keys = await response.arrayBuffer();
    if (keys.byteLength > MAX_KEYS_BYTES) throw new Error('The keys of the issuer are too large');
    return keys;
  } catch (cause) {
    throw new FetchError(uri, cause);
  }
}
