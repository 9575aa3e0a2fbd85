import type { Caller } from '../gateway/types.ts';
import { type Credentials, functionCredentials } from './function/credentials.ts';

/** Credentials of the account's owner. They protect nothing: the gateway verifies no signatures. */
export const OWNER_KEY = 'AKIDEMBEDDEDCLOUD';
export const OWNER_SECRET = 'embedded-cloud';

/** Maps access keys to callers. */
export interface Callers {
  /** Makes a function known to the gateway, with its role. @returns the credentials that the function signs with. */
  register(function_id: string, role_id: string): Credentials;
  /** An access key that does not belong to a function belongs to the owner. */
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
