import { randomBytes } from 'node:crypto';
import type { Identity } from '../gateway/types.ts';
import type { Session } from '../services/sts.ts';
import { type Credentials, functionCredentials } from './function/credentials.ts';
import { deriveSecret } from './root-secret.ts';

/** Access key of the account's owner. */
const OWNER_KEY = 'AKIDEMBEDDEDCLOUD';

/** Maps access keys to callers. A caller is a function or the account's owner. */
export interface Callers {
  /** The credentials of the account's owner. */
  owner: { access_key_id: string; secret_access_key: string };
  /**
   * Registers a function with its role.
   * @returns the credentials with which the function signs its calls.
   */
  register(function_id: string, role_id: string): Credentials;
  /**
   * Opens a session of a role, which ends when it expires or when the cloud stops.
   *
   * @param name name of the session, which the meter shows.
   */
  openSession(role_id: string, name: string, expires_at: number): Session;
  /** Returns the caller of an access key and the secret, or undefined for an unknown key. */
  find(access_key_id: string): Identity | undefined;
}

/**
 * Creates the callers of one cloud.
 * @param root_secret the secret from which the secrets of all callers are derived.
 */
export function createCallers(root_secret: string): Callers {
  const owner = {
    access_key_id: OWNER_KEY,
    secret_access_key: deriveSecret(root_secret, 'owner'),
  };
  const identities = new Map<string, Identity>([
    [
      OWNER_KEY,
      {
        caller: { access_key_id: OWNER_KEY, name: 'owner' },
        secret_access_key: owner.secret_access_key,
      },
    ],
  ]);
  return {
    owner,
    register(function_id, role_id) {
      const credentials = functionCredentials(function_id, root_secret);
      const { access_key_id, secret_access_key, session_token } = credentials;
      const caller = { access_key_id, role_logical_id: role_id, name: function_id };
      identities.set(access_key_id, { caller, secret_access_key, session_token });
      return credentials;
    },
    openSession(role_id, name, expires_at) {
      const access_key_id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
      const secret_access_key = deriveSecret(root_secret, `session ${access_key_id}`);
      const session_token = deriveSecret(root_secret, `token ${access_key_id}`);
      const caller = { access_key_id, role_logical_id: role_id, name };
      identities.set(access_key_id, { caller, secret_access_key, session_token, expires_at });
      return { access_key_id, secret_access_key, session_token, expires_at };
    },
    find: (access_key_id) => identities.get(access_key_id),
  };
}
