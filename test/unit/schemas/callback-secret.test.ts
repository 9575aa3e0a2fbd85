import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { deriveCallbackSecret, signCallback } from '../../../schemas/index.ts';

it('a signature is the hex HMAC-SHA256 over the timestamp, a dot and the body, as docs/api.md shows', () => {
  const expected = createHmac('sha256', 'secret').update('1790000000.{"a":1}').digest('hex');
  expect(signCallback('secret', 1_790_000_000, '{"a":1}')).toBe(`sha256=${expected}`);
});

it('a signature changes with the secret, the timestamp and the body', () => {
  const signatures = [
    signCallback('secret', 1, 'body'),
    signCallback('other', 1, 'body'),
    signCallback('secret', 2, 'body'),
    signCallback('secret', 1, 'Body'),
  ];
  expect(new Set(signatures).size).toBe(4);
});

it('each tenant of each deployment has a callback secret of its own', () => {
  const secrets = [
    deriveCallbackSecret('one', 'acme'),
    deriveCallbackSecret('one', 'globex'),
    deriveCallbackSecret('two', 'acme'),
  ];
  expect(new Set(secrets).size).toBe(3);
  expect(deriveCallbackSecret('one', 'acme')).toBe(secrets[0]);
  expect(secrets[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
