import { createHash } from 'node:crypto';
import type { Caller } from '../gateway/types.ts';
import type { Credentials } from './function/spec.ts';

/** The account's owner: no secrets, since the gateway verifies no signatures. */
export const OWNER_KEY = 'AKIDAURASTREAMOWNER';
export const OWNER_SECRET = 'aurastream-embedded-cloud';

/** Access keys: one for each function, and the owner's. */
export interface Callers {
  /** A function's own credentials, the same after a restart. */
  credentialsOf(function_id: string, role_id: string): Credentials;
  /** An access key that no function has is the owner's, whatever it is. */
  resolve(access_key_id: string): Caller;
}

export function createCallers(): Callers {
  const functions = new Map<string, Caller>();
  return {
    credentialsOf(function_id, role_id) {
      const digest = createHash('sha256').update(function_id).digest('hex').toUpperCase();
      const access_key_id = `ASIA${digest.slice(0, 16)}`;
      functions.set(access_key_id, { access_key_id, role_logical_id: role_id, name: function_id });
      const secret_access_key = digest.slice(16, 56).toLowerCase();
      return { access_key_id, secret_access_key, session_token: `embedded-${function_id}` };
    },
    resolve: (access_key_id) => functions.get(access_key_id) ?? { access_key_id, name: 'owner' },
  };
}
