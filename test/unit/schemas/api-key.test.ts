import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatApiKey, parseApiKey, TIERS } from '../../../schemas/index.ts';

const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
const tier = fc.constantFrom(...TIERS);
const random = fc.stringMatching(/^[A-Za-z0-9]{32,40}$/);

it('an API key says which tenant and tier it was made for', () => {
  fc.assert(
    fc.property(fc.record({ tenant, tier }), random, (claims, some) => {
      expect(parseApiKey(formatApiKey(claims, some))).toEqual(claims);
    }),
    { numRuns: 1_000 },
  );
});

it('API keys of different tenants, tiers or random parts differ', () => {
  const claims = fc.record({ tenant, tier });
  fc.assert(
    fc.property(claims, claims, random, random, (one, other, first, second) => {
      const are_equal = one.tenant === other.tenant && one.tier === other.tier && first === second;
      expect(formatApiKey(one, first) === formatApiKey(other, second)).toBe(are_equal);
    }),
  );
});

it('an API key has the form that API Gateway takes: 20 to 128 letters and digits', () => {
  fc.assert(
    fc.property(fc.record({ tenant, tier }), random, (claims, some) => {
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

const key = formatApiKey({ tenant: 'acme', tier: 'growth' }, 'a'.repeat(32));
it.each([
  ['a prefix', `x${key}`],
  ['a suffix', `${key}-`],
  ['a line break', `${key}\n`],
  ['an unknown tier', key.replace('asG', 'asZ')],
  ['a tenant that begins with a dash', key.replace('asGacme', 'asGHacme')],
  ['a short random part', key.slice(0, -1)],
])('parseApiKey returns undefined for a key with %s', (_, some) => {
  expect(parseApiKey(key)).toEqual({ tenant: 'acme', tier: 'growth' });
  expect(parseApiKey(some)).toBeUndefined();
});

it.each(['a'.repeat(31), 'a'.repeat(41), `${'a'.repeat(31)}-`])(
  'formatApiKey refuses %j as the random part',
  (some) => {
    expect(() => formatApiKey({ tenant: 'acme', tier: 'growth' }, some)).toThrow(RangeError);
  },
);

it.each(['Acme', '', '-acme', 'a'.repeat(65), 'a/b'])(
  'formatApiKey refuses %j as the tenant',
  (name) => {
    expect(() => formatApiKey({ tenant: name, tier: 'growth' }, 'a'.repeat(32))).toThrow();
  },
);
