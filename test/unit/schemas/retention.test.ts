import { expect, it } from 'vitest';
import { createFindRetention, findExpiry, retentionSchema } from '../../../schemas/index.ts';

const find = createFindRetention(
  retentionSchema.parse({
    by_tenant: { acme: 30 },
    by_source: { 'acme/tickets': 7, 'globex/app': 400 },
  }),
);

it('the days of a source stand before those of its tenant, and what neither names has none', () => {
  expect(find('acme', 'tickets')).toBe(7);
  expect(find('acme', 'reviews')).toBe(30);
  expect(find('globex', 'app')).toBe(400);
  expect(find('globex', 'tickets')).toBe(undefined);
  expect(find('constructor', 'toString')).toBe(undefined);
  expect(createFindRetention(retentionSchema.parse({}))('acme', 'tickets')).toBe(undefined);
});

it('data expires as many days after its acceptance as its source is kept', () => {
  const stamp = Date.UTC(2026, 10, 1, 12);
  const at = { tenant: 'acme', source: 'tickets', stamp };
  expect(findExpiry(find, at)).toBe(Date.UTC(2026, 10, 8, 12));
  expect(findExpiry(find, { ...at, tenant: 'other' })).toBe(undefined);
});

it.each([
  ['no day', { by_tenant: { acme: 0 } }],
  ['a part of a day', { by_tenant: { acme: 1.5 } }],
  ['more than ten years', { by_tenant: { acme: 3_651 } }],
  ['a source without its tenant', { by_source: { tickets: 7 } }],
  ['a name that SQL would have to escape', { by_source: { "acme/o'hara": 7 } }],
  ['a tenant that is no slug', { by_tenant: { "a'b": 7 } }],
])('retention of %s is refused', (_, settings) => {
  expect(retentionSchema.safeParse(settings).success).toBe(false);
});
