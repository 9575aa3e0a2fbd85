import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { findOwner } from '../../../../processors/stream/set-aside-owner.ts';
import type { SetAsideReason } from '../../../../schemas/index.ts';

const ownerOf = (data: string | Uint8Array | object, reason: SetAsideReason = 'invalid_record') => {
  const is_bytes = typeof data === 'string' || data instanceof Uint8Array;
  return findOwner({ bytes: Buffer.from(is_bytes ? data : JSON.stringify(data)) }, reason);
};

it('a decoded record belongs to its tenant and source, whatever its bytes are', () => {
  const record = { tenant: 'acme', source: 'reviews' };
  expect(findOwner({ bytes: Buffer.from('{'), record }, 'over_budget')).toEqual(record);
});

it('bytes that are JSON belong to the tenant that they name, and to `default` if they name none', () => {
  const named = { tenant: 'acme', source: 'reviews', text: 'a "tenant":"globex" in a text' };
  expect(ownerOf(named)).toEqual({ tenant: 'acme', source: 'reviews' });
  expect(ownerOf({ text: 5 })).toEqual({ tenant: 'default' });
  expect(ownerOf(gzipSync('{"tenant":"acme"}'))).toEqual({ tenant: 'acme' });
  expect(ownerOf({ tenant: 'No Slug', source: 5 })).toEqual({});
});

it('broken JSON belongs to the only tenant that it names', () => {
  expect(ownerOf('{"tenant": "acme", "source":"s", "text', 'invalid_json')).toEqual({
    ...{ tenant: 'acme', source: 's' },
  });
  expect(ownerOf('{"text": "no end', 'invalid_json')).toEqual({ tenant: 'default' });
  expect(ownerOf('{"tenant":"acme"}{"tenant":"globex"', 'invalid_json')).toEqual({});
});

it('the message of a service belongs to a tenant only if all its records name that one', () => {
  const inSns = (...records: object[]) => ({ Message: JSON.stringify(records) });
  expect(ownerOf(inSns({ tenant: 'acme' }), 'envelope')).toEqual({ tenant: 'acme' });
  expect(ownerOf(inSns({ tenant: 'acme' }, { tenant: 'globex' }), 'envelope')).toEqual({});
  expect(ownerOf(inSns({ text: 'a' }), 'envelope')).toEqual({});
});

it('bytes that are no text, or that have a wrong signature, belong to no tenant', () => {
  expect(ownerOf(Buffer.from([0xff, 0xfe, 0x00]), 'invalid_utf8')).toEqual({});
  expect(ownerOf(gzipSync('{"tenant":"acme"}').subarray(0, 12), 'invalid_gzip')).toEqual({});
  expect(ownerOf({ tenant: 'acme' }, 'invalid_signature')).toEqual({});
});
