import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatApiKey, parseApiKey, RIGHTS, TIERS } from '../../../schemas/index.ts';

const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
const tier = fc.constantFrom(...TIERS);
const rights = fc.subarray([...RIGHTS], { minLength: 1 });
const HOUR_MS = 3_600_000;
/** An end between 1970 and 2161, in milliseconds. */
const end = fc.integer({ min: 1, max: 36 ** 4 - 1 }).map((hours) => hours * HOUR_MS);
const anyClaims = fc
  .record({ tenant, tier, rights, expires_at: fc.option(end, { nil: undefined }) })
  .map(({ expires_at, ...claims }) =>
    expires_at === undefined ? claims : { ...claims, expires_at },
  );
const random = fc.stringMatching(/^[A-Za-z0-9]{32,40}$/);

it('an API key says which tenant, tier, rights and end it was made for', () => {
  fc.assert(
    fc.property(anyClaims, random, (claims, some) => {
      expect(parseApiKey(formatApiKey(claims, some))).toEqual(claims);
    }),
    { numRuns: 1_000 },
  );
});

it('API keys of different claims or random parts differ', () => {
  const claims = anyClaims;
  fc.assert(
    fc.property(claims, claims, random, random, (one, other, first, second) => {
      const are_equal = isDeepStrictEqual(one, other) && first === second;
      expect(formatApiKey(one, first) === formatApiKey(other, second)).toBe(are_equal);
    }),
  );
});

it('an API key has the form that API Gateway takes: 20 to 128 letters and digits', () => {
  fc.assert(
    fc.property(anyClaims, random, (claims, some) => {
      expect(formatApiKey(claims, some)).toMatch(/^[A-Za-z0-9]{20,128}$/);
    }),
  );
});

it('parseApiKey returns undefined for a string that is not a key', () => {
  fc.assert(
    fc.property(fc.string(), (some) => {
      expect(parseApiKey(some)).toBeUndefined();
    }),
  );
});

const CLAIMS = { tenant: 'acme', tier: 'growth', rights: ['read'] } as const;
const key = formatApiKey(CLAIMS, 'a'.repeat(32));
it.each([
  ['a prefix', `x${key}`],
  ['a suffix', `${key}-`],
  ['a line break', `${key}\n`],
  ['an unknown tier', key.replace('asG', 'asZ')],
  ['no rights', key.replace('asG1', 'asG0')],
  ['a tenant that begins with a dash', key.replace('acme', 'Hacme')],
  ['a short random part', key.slice(0, -1)],
])('parseApiKey returns undefined for a key with %s', (_, some) => {
  expect(parseApiKey(key)).toEqual(CLAIMS);
  expect(parseApiKey(some)).toBeUndefined();
});

it.each(['a'.repeat(31), 'a'.repeat(41), `${'a'.repeat(31)}-`])(
  'formatApiKey refuses %j as the random part',
  (some) => {
    expect(() => formatApiKey(CLAIMS, some)).toThrow(RangeError);
  },
);

it.each(['Acme', '', '-acme', 'a'.repeat(65), 'a/b'])(
  'formatApiKey refuses %j as the tenant',
  (name) => {
    expect(() => formatApiKey({ ...CLAIMS, tenant: name }, 'a'.repeat(32))).toThrow();
  },
);

it.each([
  ['no rights', { rights: [] }],
  ['an end after 2161', { expires_at: Date.UTC(2163, 0) }],
])('formatApiKey refuses a key with %s', (_, wrong) => {
  expect(() => formatApiKey({ ...CLAIMS, ...wrong }, 'a'.repeat(32))).toThrow(RangeError);
});

it('the end of an API key is rounded up to a full hour', () => {
  const noon = Date.UTC(2026, 10, 27, 12);
  const endOf = (expires_at: number) =>
    parseApiKey(formatApiKey({ ...CLAIMS, expires_at }, 'a'.repeat(32)))?.expires_at;
  expect([endOf(noon), endOf(noon + 1)]).toEqual([noon, noon + HOUR_MS]);
});
