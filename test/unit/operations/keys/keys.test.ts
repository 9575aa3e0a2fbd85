import { expect, it } from 'vitest';
import {
  allowTokens,
  createKey,
  KeyConflict,
  type KeyDeps,
  listKeys,
  revokeKey,
  rotateKey,
} from '../../../../operations/keys/keys.ts';
import type { ApiKey } from '../../../../operations/keys/ports.ts';
import { hashApiKey, type KeyState } from '../../../../schemas/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 27, 10);

/** Creates keys and their states in memory, with a clock that the test moves. */
function openKeys() {
  const held = new Map<string, ApiKey>();
  const states = new Map<string, KeyState>();
  const token_keys = new Map<string, string>();
  const clock = { now: START };
  const deps: KeyDeps = {
    keys: {
      async create({ tenant, tier, rights = ['read'], expires_at, name = 'a name', ...more }) {
        const key_id = `k${held.size + 1}`;
        const key: ApiKey = {
          ...{ key_id, tenant, tier, rights, name, enabled: true, api_key: `value of ${key_id}` },
          created_at: new Date(clock.now).toISOString(),
          ...(more.is_for_tokens === true ? { is_for_tokens: true } : {}),
          ...(expires_at === undefined ? {} : { expires_at: new Date(expires_at).toISOString() }),
        };
        held.set(key_id, key);
        return key;
      },
      async *list() {
        yield* held.values();
      },
      async revoke(key_id) {
        if (!held.delete(key_id)) throw Object.assign(new Error(), { name: 'NotFoundException' });
      },
    },
    states: {
      create: async (hash) => void states.set(hash, {}),
      list: async () => new Map(states),
      end: async (hash, ends_at) => void states.set(hash, { ...states.get(hash), ends_at }),
      delete: async (hash) => void states.delete(hash),
      readTokenKey: async (tenant) => token_keys.get(tenant),
      async setTokenKey(tenant, key) {
        if (key === undefined) token_keys.delete(tenant);
        else token_keys.set(tenant, key);
      },
    },
    now: () => clock.now,
  };
  const list = async () => {
    const found = [];
    for await (const key of listKeys(deps)) found.push(key);
    return found;
  };
  return { deps, held, states, token_keys, clock, list };
}

const WANTED = { tenant: 'acme', tier: 'growth', rights: ['read'], name: 'dashboard' } as const;

it('a new key gets a state, in which the authorizer can note its use', async () => {
  const { deps, states } = openKeys();
  const { api_key } = await createKey(deps, WANTED);
  expect([...states]).toEqual([[hashApiKey(api_key), {}]]);
});

it('the list has rights, end and last use of each key, and never a value', async () => {
  const { deps, states, clock, list } = openKeys();
  const { api_key } = await createKey(deps, { ...WANTED, expires_at: START + DAY });
  states.set(hashApiKey(api_key), { last_used_on: '2026-11-27' });
  const [listed] = await list();
  expect(listed).toEqual({
    ...{ key_id: 'k1', ...WANTED, enabled: true, created_at: '2026-11-27T10:00:00.000Z' },
    ...{ expires_at: '2026-11-28T10:00:00.000Z', last_used_on: '2026-11-27', is_expired: false },
  });
  clock.now += DAY;
  expect((await list())[0]?.is_expired).toBe(true);
});

it('a key that was created by other means is listed too, as unused', async () => {
  const { deps, list } = openKeys();
  await deps.keys.create(WANTED);
  expect(await list()).toMatchObject([{ key_id: 'k1', is_expired: false }]);
  expect((await list())[0]).not.toHaveProperty('last_used_on');
});

it('a rotation makes a key of the same tenant, tier, rights and name, and the old one ends after the overlap', async () => {
  const { deps, clock, list } = openKeys();
  const old = await createKey(deps, WANTED);
  const { made, old_ends_at } = await rotateKey(deps, { key_id: 'k1', overlap_ms: 24 * HOUR });
  expect(made).toMatchObject({ ...WANTED, key_id: 'k2' });
  expect(made.api_key).not.toBe(old.api_key);
  expect(made).not.toHaveProperty('expires_at');
  expect(old_ends_at).toBe(START + DAY);
  clock.now = START + DAY - 1;
  expect((await list()).map(({ is_expired }) => is_expired)).toEqual([false, false]);
  clock.now = START + DAY;
  expect((await list()).map(({ is_expired }) => is_expired)).toEqual([true, false]);
});

it('a rotated key lives as long as the old one was to live, unless another time is asked for', async () => {
  const { deps } = openKeys();
  for (const _ of ['k1', 'k2']) await createKey(deps, { ...WANTED, expires_at: START + 90 * DAY });
  const same = await rotateKey(deps, { key_id: 'k1', overlap_ms: HOUR });
  expect(same.made.expires_at).toBe(new Date(START + 90 * DAY).toISOString());
  const other = await rotateKey(deps, { key_id: 'k2', overlap_ms: HOUR, lifetime_ms: 7 * DAY });
  expect(other.made.expires_at).toBe(new Date(START + 7 * DAY).toISOString());
});

it('a rotation never makes a key valid for longer than it was', async () => {
  const { deps } = openKeys();
  await createKey(deps, { ...WANTED, expires_at: START + HOUR });
  const { old_ends_at } = await rotateKey(deps, { key_id: 'k1', overlap_ms: DAY });
  expect(old_ends_at).toBe(START + HOUR);
});

it('a key that is unknown, has expired or was rotated before is not rotated, and no key is created', async () => {
  const { deps, held, clock } = openKeys();
  const refuse = async (key_id: string, reason: string) => {
    const before = held.size;
    const rotating = rotateKey(deps, { key_id, overlap_ms: HOUR });
    await expect(rotating).rejects.toThrow(reason);
    await expect(rotating).rejects.toBeInstanceOf(KeyConflict);
    expect(held.size).toBe(before);
  };
  await refuse('k9', 'There is no key k9.');
  await createKey(deps, WANTED);
  await createKey(deps, { ...WANTED, expires_at: START + HOUR });
  void (await rotateKey(deps, { key_id: 'k1', overlap_ms: DAY }));
  await refuse('k1', 'was rotated before, and ends at 2026-11-28T10:00:00.000Z');
  clock.now += HOUR;
  await refuse('k2', 'The key k2 has expired.');
});

it('a revoked key leaves no state', async () => {
  const { deps, held, states } = openKeys();
  await createKey(deps, WANTED);
  await revokeKey(deps, 'k1');
  expect([held.size, states.size]).toEqual([0, 0]);
  await expect(revokeKey(deps, 'k1')).rejects.toMatchObject({ name: 'NotFoundException' });
});

it('tokens are allowed for a tenant once, by a key that no caller gets, until it is revoked', async () => {
  const { deps, held, token_keys } = openKeys();
  const made = await allowTokens(deps, WANTED);
  expect(made).not.toHaveProperty('api_key');
  expect(token_keys.get('acme')).toBe(held.get('k1')?.api_key);
  await expect(allowTokens(deps, WANTED)).rejects.toBeInstanceOf(KeyConflict);
  await expect(rotateKey(deps, { key_id: 'k1', overlap_ms: HOUR })).rejects.toThrow('for tokens');
  expect(held.size).toBe(1);
  await revokeKey(deps, 'k1');
  expect(token_keys.size).toBe(0);
  await allowTokens(deps, WANTED);
});
