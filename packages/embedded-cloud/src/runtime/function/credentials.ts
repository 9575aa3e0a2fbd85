import { createHash } from 'node:crypto';

/** Credentials of a function's role. */
export interface Credentials {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
}

/**
 * Derives a function's credentials from its logical id, so that the credentials stay the same after
 * a restart.
 */
export function functionCredentials(logical_id: string): Credentials {
  const digest = createHash('sha256').update(logical_id).digest('hex').toUpperCase();
  return {
    access_key_id: `ASIA${digest.slice(0, 16)}`,
    secret_access_key: digest.slice(16, 56).toLowerCase(),
    session_token: `embedded-${logical_id}`,
  };
}
