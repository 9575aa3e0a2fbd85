import { expect, it } from 'vitest';
import { auditActSchema, auditCallerSchema, auditEntrySchema } from '../../../schemas/audit.ts';

const CALLER = {
  principal: { kind: 'iam', arn: 'arn:aws:iam::123456789012:user/ann' },
  from: { host: 'laptop' },
  request_id: 'run_1',
};
const ENTRY = {
  ...CALLER,
  act: 'erase',
  phase: 'ended',
  act_id: '5f9c2f0e-9a53-4c0e-8a2e-1f3a5b7c9d11',
  at: '2026-11-28T10:00:00.000Z',
  outcome: 'done',
  counts: { records: 0 },
};
const isEntry = (change: object) => auditEntrySchema.safeParse({ ...ENTRY, ...change }).success;

it('an entry says who did what, when, from where and how it ended', () => {
  expect(auditEntrySchema.parse(ENTRY)).toEqual(ENTRY);
  const { outcome, counts, ...begun } = ENTRY;
  expect(isEntry({ phase: 'read' })).toBe(true);
  expect(auditEntrySchema.safeParse({ ...begun, phase: 'begun' }).success).toBe(true);
  expect(isEntry({ outcome: 'failed', error_code: 'AccessDenied' })).toBe(true);
  expect(isEntry({ outcome: 'refused', tenant: 'shop', selectors: { source: 's' } })).toBe(true);
});

it.each([
  ['an unknown act', { act: 'look' }],
  ['an unknown phase', { phase: 'later' }],
  ['an unknown outcome', { outcome: 'maybe' }],
  ['no outcome', { outcome: null }],
  ['an id that is no UUID', { act_id: 'a' }],
  ['a time without a date', { at: '10:00' }],
  ['a code with a space', { error_code: 'Access denied' }],
  ['a code that begins with a sign', { error_code: '-Denied' }],
  ['a code of 65 letters', { error_code: 'x'.repeat(65) }],
  ['an empty code', { error_code: '' }],
  ['a negative count', { counts: { records: -1 } }],
  ['a fraction of a count', { counts: { records: 0.5 } }],
  ['a name of a count in capitals', { counts: { Records: 1 } }],
  ['a selector with a sentence', { selectors: { source: 'I hate it' } }],
  ['persons, who are stored as HMAC only', { persons: { author: 'ann' } }],
  ['a text', { text: 'I hate it' }],
  ['a host with a space', { from: { host: 'a b' } }],
  ['a host that is no text', { from: { host: 7 } }],
  ['an unknown origin', { from: { city: 'Ulm' } }],
])('an entry is refused with %s', (_, change) => {
  expect(isEntry(change)).toBe(false);
});

it('a caller has a kind, and no fields of another kind', () => {
  const isCaller = (principal: object) =>
    auditCallerSchema.safeParse({ ...CALLER, principal }).success;
  expect(isCaller({ kind: 'api_key', id: 'k1', tenant: 'shop' })).toBe(true);
  expect(isCaller({ kind: 'oidc', subject: 'ann', tenant: 'shop' })).toBe(true);
  expect(isCaller({ kind: 'function', name: 'Keeper' })).toBe(true);
  expect(isCaller({ kind: 'api_key', id: 'k1' })).toBe(false);
  expect(isCaller({ kind: 'iam', arn: 'arn:x', key: 'secret' })).toBe(false);
  expect(isCaller({ kind: 'someone', id: 'x' })).toBe(false);
});

it('an act may name persons and the SQL of a query, before they are hashed', () => {
  expect(auditActSchema.safeParse({ act: 'query', persons: { sql: 'SELECT 1' } }).success).toBe(
    true,
  );
  const long = 'x'.repeat(262_145);
  expect(auditActSchema.safeParse({ act: 'query', persons: { sql: long } }).success).toBe(false);
  expect(auditActSchema.safeParse({ act: 'query', persons: { sql: long.slice(1) } }).success).toBe(
    true,
  );
});
