import type { KeyState, Right, Tier } from '../../schemas/index.ts';

/** The properties of an API key, without the value of the key. */
export interface ApiKeyInfo {
  key_id: string;
  name: string;
  tenant: string;
  tier: Tier;
  rights: readonly Right[];
  /** Time at which the key expires, in ISO 8601 and UTC. If absent, it never expires. */
  expires_at?: string;
  enabled: boolean;
  /** True for the key that counts requests with tokens. Callers cannot send it. */
  is_for_tokens?: true;
  /** Creation time of the key, in ISO 8601 and UTC. */
  created_at: string;
}

/** An API key with the value that callers send. */
export interface ApiKey extends ApiKeyInfo {
  api_key: string;
}

export interface NewApiKey {
  tenant: string;
  tier: Tier;
  /** Default: all rights but `admin`. */
  rights?: readonly Right[] | undefined;
  /** Time at which the key expires, in milliseconds since 1970. If absent, it never expires. */
  expires_at?: number | undefined;
  /** Whether the key counts requests with tokens of OpenID Connect. */
  is_for_tokens?: boolean;
  /** Default: tenant and tier. */
  name?: string | undefined;
}

/** The API keys of a deployment. */
export interface ApiKeys {
  /** Creates a key for a tenant. The key is valid immediately. */
  create(key: NewApiKey): Promise<ApiKey>;
  /** Lists the API keys of the deployment. An account may hold keys of other deployments. */
  list(): AsyncIterable<ApiKey>;
  /**
   * Deletes a key.
   *
   * @throws {Error} if the key does not exist. Its name is then `NotFoundException`.
   */
  revoke(key_id: string): Promise<void>;
}

/** The states of API keys, as operators see and change them. */
export interface KeyStates {
  /** Creates the state of a new key. */
  create(key_hash: string): Promise<void>;
  /** Lists all states, by the hash of the key. */
  list(): Promise<Map<string, KeyState>>;
  /** Sets when a key ends, in milliseconds since 1970. */
  end(key_hash: string, ends_at: number): Promise<void>;
  delete(key_hash: string): Promise<void>;
  /** Reads the key that counts requests with tokens of a tenant. */
  readTokenKey(tenant: string): Promise<string | undefined>;
  /** Allows tokens for a tenant, or allows them no longer if the key is undefined. */
  setTokenKey(tenant: string, token_key: string | undefined): Promise<void>;
}
