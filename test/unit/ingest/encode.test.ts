import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encode, MAX_ENTRY_BYTES, shrinkToFit, withClaim } from '../../../ingest/encode.ts';
import { partitionKey, type RecordInput } from '../../../schemas/index.ts';
import { createLongText } from '../../support/long-text.ts';

const RECORD: RecordInput = { text: 'I love my cat', source: 'tour' };
const read = (data: Uint8Array) => JSON.parse(Buffer.from(data).toString());

it('an entry has the fields of its record as they were given, and its id', () => {
  const outcome = encode({ ...RECORD, author: 'Ann' }, () => 'made');
  expect(outcome).toMatchObject({ ok: true, entry: { record_id: 'made' } });
  if (!outcome.ok) throw new Error('The record was refused');
  expect(read(outcome.entry.data)).toEqual({ ...RECORD, author: 'Ann', record_id: 'made' });
  const own = encode({ ...RECORD, record_id: 'mine' }, () => 'made');
  expect(own).toMatchObject({ ok: true, entry: { record_id: 'mine' } });
});

it('the partition key of an entry keeps all versions of a record of a tenant and a source together', () => {
  const record = { ...RECORD, record_id: 'mine', tenant: 'acme' };
  const key = partitionKey({ tenant: 'acme', source: 'tour', record_id: 'mine' });
  expect(encode(record)).toMatchObject({ ok: true, entry: { partition_key: key } });
  expect(encode({ ...RECORD, record_id: 'mine' })).toMatchObject({
    entry: { partition_key: partitionKey({ ...record, tenant: 'default' }) },
  });
  expect(encode({ ...RECORD, tenant: 'acme' }, () => 'mine')).toMatchObject({
    entry: { partition_key: key },
  });
});

it('an entry holds 1 MiB together with its partition key, and what is a byte longer is gzipped', () => {
  expect(MAX_ENTRY_BYTES).toBe(1_048_576);
  for (const partition_key of ['key', 'ä']) {
    const room = 1_048_576 - Buffer.byteLength(partition_key);
    const fits = Buffer.alloc(room);
    expect(shrinkToFit(fits, partition_key)).toBe(fits);
    const zipped = shrinkToFit(Buffer.alloc(room + 1), partition_key)!;
    expect(gunzipSync(zipped)).toHaveLength(room + 1);
  }
});

it('what does not fit gzipped either is refused, and its id is known', () => {
  expect(shrinkToFit(randomBytes(1_048_576), 'key')).toBeUndefined();
  expect(encode({ ...RECORD, text: createLongText() }, () => 'made')).toEqual({
    ...{ ok: false, reason: 'too_large', record_id: 'made' },
    issues: [{ path: '', message: 'does not fit in 1 MiB, not even gzipped' }],
  });
});

it('a record that is invalid is refused with the path of each issue, and without its text', () => {
  const outcome = encode({ text: 'private words', source: 'No Slug', tenant: 'No Slug' });
  expect(outcome).toMatchObject({ ok: false, reason: 'invalid_record' });
  if (outcome.ok) throw new Error('The record was accepted');
  expect(outcome.issues.map(({ path }) => path).sort()).toEqual(['source', 'tenant']);
  expect(JSON.stringify(outcome)).not.toContain('private');
});

it('a claim stands for the text, and all other fields stay', () => {
  expect(withClaim({ ...RECORD, author: 'Ann' }, 'hash')).toEqual({
    ...{ source: 'tour', author: 'Ann', text_claim: 'hash' },
  });
});
