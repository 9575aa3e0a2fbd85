import type { KeyState } from '../../schemas/index.ts';

/** The states of API keys, as the authorizer sees them. */
export interface UsedKeys {
  /**
   * Reads the state of a key. Returns undefined if `aurastream keys create` did not create the key.
   *
   * @throws {ServiceError} if the state cannot be read.
   */
  read(key_hash: string): Promise<KeyState | undefined>;
  /**
   * Notes that a key was used on a day. Does nothing if that is noted already, or if the key has no
   * state.
   *
   * @throws {ServiceError} if the use cannot be noted.
   */
  noteUse(key_hash: string, day: string): Promise<void>;
  /**
   * Reads the key whose usage plan limits requests with tokens of a tenant. Returns undefined if no
   * operator allows tokens for the tenant.
   *
   * @throws {ServiceError} if the key cannot be read.
   */
  readTokenKey(tenant: string): Promise<string | undefined>;
}
