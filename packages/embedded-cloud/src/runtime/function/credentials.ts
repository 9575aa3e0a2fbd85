import { createHash } from 'node:crypto';
import { deriveSecret } from '../root-secret.ts';

/** Credentials of a function's role. */
export interface Credentials {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
}

/**
 * Derives a function's credentials from its logical id and the root secret of the cloud, so that the
 * credentials stay the same after a restart.
 */
export function functionCredentials(logical_id: string, root_secret: string): Credentials {
  const digest = createHash('sha256').update(logical_id).digest('hex').toUpperCase();
  return {
    access_key_id: `ASIA${digest.slice(0, 16)}`,
    secret_access_key: deriveSecret(root_secret, `function ${logical_id}`),
    session_token: deriveSecret(root_secret, `session ${logical_id}`),
  };
}
