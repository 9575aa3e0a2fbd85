import { expect, it } from 'vitest';
import {
  derivePseudonymKey,
  findPrivacyPolicy,
  privacySchema,
  translateIssues,
} from '../../../schemas/index.ts';
import { DEFAULT_PRIVACY } from '../../fakes/privacy.ts';

const parse = (change: object) => privacySchema.safeParse({ ...DEFAULT_PRIVACY, ...change });

it('the policy of a source stands before that of its tenant, and that before the general one', () => {
  const settings = privacySchema.parse({
    ...DEFAULT_PRIVACY,
    by_tenant: { acme: { stored_text: 'none' } },
    by_source: { 'acme/tickets': { policy: 'detect' } },
  });
  const redacted = { policy: 'redact', stored_text: 'redacted' };
  expect(findPrivacyPolicy(settings, 'other', 'tickets')).toEqual(redacted);
  expect(findPrivacyPolicy(settings, 'acme')).toEqual({ policy: 'redact', stored_text: 'none' });
  expect(findPrivacyPolicy(settings, 'acme', 'tickets')).toEqual({
    policy: 'detect',
    stored_text: 'none',
  });
  expect(findPrivacyPolicy(settings, 'constructor', 'toString')).toEqual(redacted);
});

it.each([
  ['', { stored_text: 'full' }],
  ['', { policy: 'off' }],
  ['by_tenant.acme', { by_tenant: { acme: { policy: 'off' } } }],
  ['by_source.?', { by_source: { 'acme/a': { stored_text: 'full' } } }],
])('the settings refuse a policy that contradicts what is stored, at %j', (path, change) => {
  const { error } = parse(change);
  expect(translateIssues(error!)).toMatchObject([
    { path, message: expect.stringContaining('set') },
  ]);
});

it.each([
  { policy: 'off', stored_text: 'full' },
  { policy: 'off', stored_text: 'none' },
  { policy: 'detect', stored_text: 'full' },
  { policy: 'detect', stored_text: 'redacted' },
  { policy: 'detect', stored_text: 'none' },
  { policy: 'redact', stored_text: 'none' },
])('the settings accept $policy with the stored text $stored_text', (change) => {
  expect(parse(change).success).toBe(true);
});

it('a key of by_source names a tenant and a source', () => {
  expect(parse({ by_source: { acme: {} } }).success).toBe(false);
});

it('each tenant has a key of pseudonyms of its own', () => {
  const keys = ['a', 'b'].map((tenant) => Buffer.from(derivePseudonymKey('secret', tenant)));
  expect(keys[0]).not.toEqual(keys[1]);
  expect(keys[0]).toEqual(Buffer.from(derivePseudonymKey('secret', 'a')));
  expect(keys[0]).not.toEqual(Buffer.from(derivePseudonymKey('other', 'a')));
});
