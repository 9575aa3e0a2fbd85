import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recordSchema } from '../../../../schemas/index.ts';
import { createTestPrivacy } from '../../../fakes/privacy.ts';
import { kplAggregate } from '../../../support/kpl.ts';

const { maskBytes, isUnreadable } = createTestPrivacy();
const mask = (text: string) => Buffer.from(maskBytes(Buffer.from(text))).toString();

describe('the bytes of a record that is JSON', () => {
  it('The values are masked where they stand, and everything else keeps its form', () => {
    const json =
      '{ "record_id":"r-4155552671", "text":"to \\"ann@example.com\\"", "author":"Ann", "n":12345678901234567890,' +
      ' "source":"s", "attributes":{"phone":4155552671,"mail":["bob@example.com","x"]}, "stamp":1764279000000}';
    expect(mask(json)).toBe(
      '{ "record_id":"r-4155552671", "text":"to \\"[EMAIL]\\"", "author":"[NAME]", "n":12345678901234567890,' +
        ' "source":"s", "attributes":{"phone":"[PHONE]","mail":["[EMAIL]","x"]}, "stamp":1764279000000}',
    );
  });

  it('With the key of its tenant, an author gets the pseudonym that its row has', async () => {
    const { authorKey, redactRecord } = createTestPrivacy();
    const json = '{"text":"I love it","source":"s","author":"Ann"}';
    const record = recordSchema.parse(JSON.parse(json));
    const bytes = Buffer.from(json);
    const { stored } = await redactRecord(record);
    for (const given of [record, undefined]) {
      const key = await authorKey({ bytes, ...(given && { record: given }) });
      const masked = maskBytes(bytes, given, key);
      expect(JSON.parse(Buffer.from(masked).toString()).author).toBe(stored.author);
    }
    expect(stored.author).toMatch(/^\[NAME:/);
  });

  it.each([
    ['{"text":7,"tenant":"acme","author":"Ann"}', 'key of acme'],
    ['{"text":7,"author":"Ann"}', 'key of default'],
    ['{"text":7}', undefined],
  ])('Bytes that are no record, such as %s, have the %s', async (json, expected) => {
    const key = await createTestPrivacy().authorKey({ bytes: Buffer.from(json) });
    expect(key && Buffer.from(key).toString()).toBe(expected);
  });

  it('A field of the identity that has no form of an id is masked too', () => {
    expect(mask('{"source":"ann@example.com"}')).toBe('{"source":"[EMAIL]"}');
  });

  it('Bytes without personal data stay as they are, and masking again changes nothing', () => {
    const bytes = Buffer.from('{"text":"I love my cat","stars":5}');
    expect(maskBytes(bytes)).toBe(bytes);
    const masked = mask('{"text":"ann@example.com","author":"Ann"}');
    expect(mask(masked)).toBe(masked);
  });

  it('Compressed bytes are masked and stay compressed', () => {
    const masked = maskBytes(gzipSync('{"text":"ann@example.com"}'));
    expect(gunzipSync(masked).toString()).toBe('{"text":"[EMAIL]"}');
  });
});

describe('the bytes of a record that is made to take long', () => {
  it('JSON with more than 10,000 values is masked as a text', () => {
    const json = JSON.stringify({
      list: Array(10_001).fill(1),
      author: 'Ann',
      n: 'ann@example.com',
    });
    const masked = mask(json);
    expect(masked).toContain('"n":"[EMAIL]"');
    expect(masked).toContain('"author":"Ann"');
  });

  it('More than 1 MiB stays as it is, and up to 1 MiB is masked', () => {
    const json = (padding: number) => `{"text":"ann@example.com${' '.repeat(padding)}"}`;
    const bytes = Buffer.from(json(1024 * 1024));
    expect(maskBytes(bytes)).toBe(bytes);
    expect(mask(json(1024 * 1024 - 100))).toMatch(/^\{"text":"\[EMAIL\] +"\}$/);
  });
});

describe('the bytes that are no record', () => {
  it('Broken JSON is masked as a text', () => {
    expect(mask('{"text":"write to ann@example.com')).toBe('{"text":"write to [EMAIL]');
  });

  it.each(['latin1', 'utf16le'] as const)(
    'Text in %s is masked and keeps its other bytes',
    (encoding) => {
      const mark = encoding === 'utf16le' ? '\ufeff' : '';
      const bytes = Buffer.from(`${mark}Schöne Grüße an ann@example.com, José`, encoding);
      const masked = Buffer.from(maskBytes(bytes)).toString(encoding);
      expect(masked).toBe(`${mark}Schöne Grüße an [EMAIL], José`);
    },
  );

  it('Bytes that cannot be read stay as they are: an aggregate, cut-off gzip, a binary format', () => {
    const whole = gzipSync('{"text":"ann@example.com"}');
    const aggregate = kplAggregate([
      { partition_key: 'k', data: Buffer.from('{"text":"ann@example.com"}') },
    ]);
    const binary = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 256));
    for (const bytes of [whole.subarray(0, 20), aggregate, binary]) {
      expect(maskBytes(bytes)).toBe(bytes);
      expect(isUnreadable(bytes)).toBe(true);
    }
    for (const bytes of [whole, Buffer.from('no JSON'), Buffer.from('{"text":7}')]) {
      expect(isUnreadable(bytes)).toBe(false);
    }
  });
});

describe('the policy', () => {
  const bytes = Buffer.from('{"text":"ann@example.com","tenant":"acme","source":"s"}');
  const record = { tenant: 'acme', source: 's', language: 'en' };
  const off = { policy: 'off', stored_text: 'full' } as const;

  it('The bytes of a record are masked as the policy of its source says', () => {
    const masking = createTestPrivacy({ by_source: { 'acme/s': off } });
    expect(masking.maskBytes(bytes, record)).toBe(bytes);
    expect(masking.maskBytes(bytes, { ...record, source: 'other' })).not.toBe(bytes);
  });

  it('Bytes that are no record are masked if any policy masks what it stores', () => {
    const redacts = { policy: 'redact', stored_text: 'redacted' } as const;
    const one = createTestPrivacy({ ...off, by_tenant: { acme: redacts } });
    expect(one.maskBytes(bytes)).not.toBe(bytes);
    expect(createTestPrivacy(off).maskBytes(bytes)).toBe(bytes);
  });

  it('Bytes that cannot be read are only called so if a policy would mask them', () => {
    const cut_off = gzipSync(bytes).subarray(0, 20);
    const masking = createTestPrivacy({ by_source: { 'acme/s': off } });
    expect(masking.isUnreadable(cut_off, record)).toBe(false);
    expect(masking.isUnreadable(cut_off, { ...record, source: 'other' })).toBe(true);
    expect(createTestPrivacy(off).isUnreadable(cut_off)).toBe(false);
  });
});
