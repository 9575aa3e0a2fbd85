import { expect, it } from 'vitest';
import { createIdentifyKey } from '../../../../api/authorizer/identify-key.ts';
import { hashApiKey, type KeyState } from '../../../../schemas/index.ts';
import { formatKey } from '../../../support/api-keys.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 27, 10);
const CLAIMS = { tenant: 'acme', tier: 'growth', rights: ['read'] } as const;
const KEY = formatKey(CLAIMS, 'x'.repeat(40));

/** Creates the identification with states in memory, and counts their reads and writes. */
function openIdentify(states: Record<string, KeyState> = {}) {
  const clock = { now: START };
  const calls: string[] = [];
  const errors: unknown[] = [];
  const failing = new Set<string>();
  const call = (name: string) => {
    calls.push(name);
    if (failing.has(name)) throw new Error(`${name} fails`);
  };
  const identify = createIdentifyKey({
    keys: {
      async read(hash) {
        call('read');
        return states[hash];
      },
      async noteUse(hash, day) {
        call('noteUse');
        states[hash] = { ...states[hash], last_used_on: day };
      },
    },
    now: () => clock.now,
    onError: (error) => errors.push(error),
  });
  return { identify, clock, calls, errors, failing, states };
}

it('a key is identified with its tenant, tier, rights and end', async () => {
  const { identify } = openIdentify();
  expect(await identify(KEY)).toEqual({ ...CLAIMS, expires_at: undefined, usage_key: KEY });
  const ends = formatKey({ ...CLAIMS, expires_at: START + HOUR }, 'x'.repeat(40));
  expect((await identify(ends))?.expires_at).toBe(START + HOUR);
});

it('a key is refused from its end on, without a read', async () => {
  const { identify, clock, calls } = openIdentify();
  const key = formatKey({ ...CLAIMS, expires_at: START + HOUR }, 'x'.repeat(40));
  clock.now = START + HOUR - 1;
  expect(await identify(key)).toBeDefined();
  clock.now = START + HOUR;
  calls.length = 0;
  expect(await identify(key)).toBeUndefined();
  expect(calls).toEqual([]);
});

it('a rotated key is refused from the end of the overlap on, and is allowed no longer than that', async () => {
  const { identify, clock } = openIdentify({ [hashApiKey(KEY)]: { ends_at: START + HOUR } });
  expect((await identify(KEY))?.expires_at).toBe(START + HOUR);
  clock.now = START + HOUR;
  expect(await identify(KEY)).toBeUndefined();
});

it('the use of a key is written once a day, however often it is used', async () => {
  const hash = hashApiKey(KEY);
  const { identify, clock, calls, states } = openIdentify({ [hash]: {} });
  const writes = () => calls.filter((name) => name === 'noteUse').length;
  for (let minute = 0; minute < 600; minute += 1) {
    await identify(KEY);
    clock.now += 60_000;
  }
  expect(writes()).toBe(1);
  expect(states[hash]?.last_used_on).toBe('2026-11-27');
  clock.now = Date.UTC(2026, 10, 28);
  await identify(KEY);
  await identify(KEY);
  expect(writes()).toBe(2);
  expect(states[hash]?.last_used_on).toBe('2026-11-28');
});

it('a key without a state is not written, so that invented keys leave nothing behind', async () => {
  const { identify, calls } = openIdentify();
  await identify(KEY);
  expect(calls).toEqual(['read']);
});

it('the state of a key is read at most once a minute', async () => {
  const { identify, clock, calls } = openIdentify({
    [hashApiKey(KEY)]: { last_used_on: '2026-11-27' },
  });
  for (let second = 0; second < 120; second += 1) {
    await identify(KEY);
    clock.now += 1_000;
  }
  expect(calls).toEqual(['read', 'read']);
});

it('a key is refused while its state cannot be read, and allowed while its use cannot be noted', async () => {
  const { identify, failing, errors } = openIdentify({ [hashApiKey(KEY)]: {} });
  failing.add('read');
  await expect(identify(KEY)).rejects.toThrow('read fails');
  failing.delete('read');
  failing.add('noteUse');
  expect(await identify(KEY)).toMatchObject(CLAIMS);
  expect(errors).toHaveLength(1);
});

it('a string that is no key is refused without a read', async () => {
  const { identify, calls } = openIdentify();
  expect(await identify('a'.repeat(40))).toBeUndefined();
  expect(calls).toEqual([]);
});
