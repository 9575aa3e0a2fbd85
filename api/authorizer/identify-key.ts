import { LRUCache } from 'lru-cache';
import { dayOf, hashApiKey, type KeyState, parseApiKey } from '../../schemas/index.ts';
import type { ApiCaller } from './caller.ts';
import type { UsedKeys } from './ports.ts';

/**
 * How long the state of a key is remembered, in milliseconds. A key ends an hour after its rotation at
 * the earliest, so that a state that is remembered never allows a key that has ended.
 */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;

export interface IdentifyKeyDeps {
  keys: Pick<UsedKeys, 'read' | 'noteUse'>;
  now: () => number;
  /** Reports that the use of a key could not be noted. The caller is identified all the same. */
  onError: (error: unknown) => void;
}

/**
 * Creates the function that identifies the caller of an API key. It returns undefined if the key does
 * not have AuraStream's format or has expired. API Gateway itself checks that the key exists. The
 * function notes the day of the key's last use, with at most one write for each key and day.
 *
 * @throws {ServiceError} if it cannot be read whether the key has ended. API Gateway then answers 503.
 */
export function createIdentifyKey({
  keys,
  now,
  onError,
}: IdentifyKeyDeps): (api_key: string) => Promise<ApiCaller | undefined> {
  const states = new LRUCache<string, { state: KeyState | undefined }>({
    ...{ max: MAX_REMEMBERED, ttl: REMEMBERED_MS },
    // Without this, the cache reads the clock once a millisecond of real time.
    ttlResolution: 0,
    perf: { now },
  });
  const readState = async (key_hash: string) => {
    const known = states.get(key_hash);
    if (known !== undefined) return known.state;
    const state = await keys.read(key_hash);
    states.set(key_hash, { state });
    return state;
  };
  const noteUse = async (key_hash: string, state: KeyState) => {
    const day = dayOf(now());
    if (state.last_used_on !== undefined && state.last_used_on >= day) return;
    await keys
      .noteUse(key_hash, day)
      .then(() => states.set(key_hash, { state: { ...state, last_used_on: day } }), onError);
  };
  return async (api_key) => {
    const claims = parseApiKey(api_key);
    if (claims === undefined || hasEnded(claims.expires_at, now())) return undefined;
    const key_hash = hashApiKey(api_key);
    const state = await readState(key_hash);
    if (hasEnded(state?.ends_at, now())) return undefined;
    if (state !== undefined) await noteUse(key_hash, state);
    const { tenant, tier, rights } = claims;
    const expires_at = state?.ends_at ?? claims.expires_at;
    return { tenant, tier, rights, expires_at, usage_key: api_key };
  };
}

function hasEnded(time: number | undefined, now: number): boolean {
  return time !== undefined && time <= now;
}
