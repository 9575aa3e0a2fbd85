import type { Caller } from '../gateway/types.ts';
import { type Credentials, functionCredentials } from './function/credentials.ts';

/**
 * Credentials of the account's owner. The credentials need not be secret, because the gateway does
 * not verify signatures.
 */
export const OWNER_KEY = 'AKIDEMBEDDEDCLOUD';
export const OWNER_SECRET = 'embedded-cloud';

/** Maps access keys to callers. A caller is a function or the account's owner. */
export interface Callers {
  /**
   * Registers a function with its role.
   * @returns the credentials with which the function signs its calls.
   */
  register(function_id: string, role_id: string): Credentials;
  /**
   * Returns the caller of an access key. If the key is not the key of a function, the caller is the
   * owner.
   */
  resolve(access_key_id: string): Caller;
}

export function createCallers(): Callers {
  const functions = new Map<string, Caller>();
  return {
    register(function_id, role_id) {
      const credentials = functionCredentials(function_id);
      const { access_key_id } = credentials;
      functions.set(access_key_id, { access_key_id, role_logical_id: role_id, name: function_id });
      return credentials;
    },
    resolve: (access_key_id) => functions.get(access_key_id) ?? { access_key_id, name: 'owner' },
  };
}
