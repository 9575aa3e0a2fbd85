import { hashApiKey, type KeyState } from '../../schemas/index.ts';
import type { ApiKey, ApiKeyInfo, ApiKeys, KeyStates, NewApiKey } from './ports.ts';

export interface KeyDeps {
  keys: ApiKeys;
  states: KeyStates;
  now: () => number;
}

/** An API key with its end and its last use. */
export interface ListedKey extends ApiKeyInfo {
  /** Day on which the key was last used, in UTC. If absent, it was not used. */
  last_used_on?: string;
  is_expired: boolean;
}

/** Creates an API key, and the state in which the authorizer notes its use. */
export async function createKey({ keys, states }: KeyDeps, wanted: NewApiKey): Promise<ApiKey> {
  const made = await keys.create(wanted);
  await states.create(hashApiKey(made.api_key));
  return made;
}

/**
 * Lets the tokens of the configured issuer act for a tenant, with at most some rights. Their requests
 * share the usage plan of a tier.
 *
 * @throws {KeyConflict} if tokens are allowed already.
 */
export async function allowTokens(
  { keys, states }: KeyDeps,
  wanted: NewApiKey,
): Promise<ApiKeyInfo> {
  const { tenant } = wanted;
  if ((await states.readTokenKey(tenant)) !== undefined) {
    throw new KeyConflict(`Tokens are allowed for ${tenant} already. Revoke their key first.`);
  }
  const { api_key, ...made } = await keys.create({ ...wanted, is_for_tokens: true });
  await states.setTokenKey(tenant, api_key);
  return made;
}

/** Lists the keys of the deployment, without their values. */
export async function* listKeys(deps: KeyDeps): AsyncGenerator<ListedKey> {
  const states = await deps.states.list();
  for await (const key of deps.keys.list()) {
    yield describeKey(key, states.get(hashApiKey(key.api_key)), deps.now());
  }
}

/** Deletes a key, and then its state. */
export async function revokeKey({ keys, states }: KeyDeps, key_id: string): Promise<void> {
  const key = await findKey(keys, key_id);
  await keys.revoke(key_id);
  if (key?.is_for_tokens === true) await states.setTokenKey(key.tenant, undefined);
  else if (key !== undefined) await states.delete(hashApiKey(key.api_key));
}

/** Why a key cannot be changed. */
export class KeyConflict extends Error {
  override name = 'KeyConflict';
}

export interface Rotation {
  key_id: string;
  /** Time for which the old key stays valid, in milliseconds. */
  overlap_ms: number;
  /** Lifetime of the new key, in milliseconds. Default: the lifetime that the old key had. */
  lifetime_ms?: number | undefined;
}

/**
 * Replaces a key by a new one of the same tenant, tier, rights and name. The old key stays valid for a
 * while, so that its users can change to the new one.
 *
 * @returns the new key, and the time at which the old one ends, in milliseconds since 1970.
 * @throws {KeyConflict} if the key does not exist, has expired, or was rotated before.
 */
export async function rotateKey(
  deps: KeyDeps,
  { key_id, overlap_ms, lifetime_ms }: Rotation,
): Promise<{ made: ApiKey; old_ends_at: number }> {
  const old = await findKey(deps.keys, key_id);
  if (old === undefined) throw new KeyConflict(`There is no key ${key_id}.`);
  if (old.is_for_tokens === true) {
    throw new KeyConflict(`The key ${key_id} is for tokens, and no caller has it.`);
  }
  const key_hash = hashApiKey(old.api_key);
  const state = (await deps.states.list()).get(key_hash);
  const now = deps.now();
  if (describeKey(old, state, now).is_expired) {
    throw new KeyConflict(`The key ${key_id} has expired.`);
  }
  if (state?.ends_at !== undefined) {
    const end = new Date(state.ends_at).toISOString();
    throw new KeyConflict(`The key ${key_id} was rotated before, and ends at ${end}.`);
  }
  const { tenant, tier, rights, name, expires_at, created_at } = old;
  const had_ms =
    expires_at === undefined ? undefined : Date.parse(expires_at) - Date.parse(created_at);
  const lives_ms = lifetime_ms ?? had_ms;
  const made = await createKey(deps, {
    ...{ tenant, tier, rights, name },
    expires_at: lives_ms === undefined ? undefined : now + lives_ms,
  });
  const old_ends_at = Math.min(now + overlap_ms, Date.parse(expires_at ?? '9999-12-31'));
  await deps.states.end(key_hash, old_ends_at);
  return { made, old_ends_at };
}

function describeKey(
  { api_key: _, ...key }: ApiKey,
  { ends_at, last_used_on }: KeyState = {},
  now: number,
): ListedKey {
  const expires_at = ends_at === undefined ? key.expires_at : new Date(ends_at).toISOString();
  return {
    ...key,
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(last_used_on === undefined ? {} : { last_used_on }),
    is_expired: expires_at !== undefined && Date.parse(expires_at) <= now,
  };
}

async function findKey(keys: ApiKeys, key_id: string): Promise<ApiKey | undefined> {
  for await (const key of keys.list()) if (key.key_id === key_id) return key;
  return undefined;
}
