import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type EncodeOptions, encode, MAX_ENTRY_BYTES, withClaim } from '../../../ingest/encode.ts';
import { partitionKey, type RecordInput } from '../../../schemas/index.ts';
import { createLongText } from '../../support/long-text.ts';

const RECORD: RecordInput = { text: 'I love my cat', source: 'tour' };
const STAMP = 1_790_000_000_000;
const MADE: EncodeOptions = { new_record_id: () => 'made', stamp: () => STAMP };
const read = (data: Uint8Array) => JSON.parse(Buffer.from(data).toString());

it('an entry has the fields of its record as they were given, and its id', () => {
  const outcome = encode({ ...RECORD, author: 'Ann' }, MADE);
  expect(outcome).toMatchObject({ ok: true, entry: { record_id: 'made' } });
  if (!outcome.ok) throw new Error('The record was refused');
  expect(read(outcome.entry.data)).toEqual({
    ...RECORD,
    author: 'Ann',
    record_id: 'made',
    stamp: STAMP,
  });
  const own = encode({ ...RECORD, record_id: 'mine' }, MADE);
  expect(own).toMatchObject({ ok: true, entry: { record_id: 'mine' } });
});

it('the partition key of an entry keeps all versions of a record of a tenant and a source together', () => {
  const record = { ...RECORD, record_id: 'mine', tenant: 'acme' };
  const key = partitionKey({ tenant: 'acme', source: 'tour', record_id: 'mine' });
  expect(encode(record, MADE)).toMatchObject({ ok: true, entry: { partition_key: key } });
  expect(encode({ ...RECORD, record_id: 'mine' }, MADE)).toMatchObject({
    entry: { partition_key: partitionKey({ ...record, tenant: 'default' }) },
  });
  expect(
    encode({ ...RECORD, tenant: 'acme' }, { ...MADE, new_record_id: () => 'mine' }),
  ).toMatchObject({
    entry: { partition_key: key },
  });
});

/** Encodes a record whose JSON and partition key have this many bytes together. */
function encodeSized(bytes: number, record_id: string) {
  const own = { source: 'tour', record_id };
  const key = partitionKey({ ...own, tenant: 'default' });
  const rest = Buffer.byteLength(JSON.stringify({ text: '', ...own, stamp: STAMP }) + key);
  const outcome = encode({ text: 'a'.repeat(bytes - rest), ...own }, MADE);
  if (!outcome.ok) throw new Error('The record was refused');
  return outcome.entry.data;
}

it('an entry holds 1 MiB together with its partition key, and what is a byte longer is gzipped', () => {
  expect(MAX_ENTRY_BYTES).toBe(1_048_576);
  const id = 'mine';
  const key_bytes = Buffer.byteLength('default/tour/mine');
  expect(encodeSized(1_048_576, id)).toHaveLength(1_048_576 - key_bytes);
  const zipped = encodeSized(1_048_577, id);
  expect(gunzipSync(zipped)).toHaveLength(1_048_577 - key_bytes);
});

it('what does not fit gzipped either is refused, and its id is known', () => {
  expect(encode({ ...RECORD, text: createLongText() }, MADE)).toEqual({
    ...{ ok: false, reason: 'too_large', record_id: 'made', stamp: STAMP },
    issues: [{ path: '', message: 'does not fit in 1 MiB, not even gzipped' }],
  });
});

it('a record that is invalid is refused with the path of each issue, and without its text', () => {
  const outcome = encode({ text: 'private words', source: 'No Slug', tenant: 'No Slug' }, MADE);
  expect(outcome).toMatchObject({ ok: false, reason: 'invalid_record' });
  if (outcome.ok) throw new Error('The record was accepted');
  expect(outcome.issues.map(({ path }) => path).sort()).toEqual(['source', 'tenant']);
  expect(JSON.stringify(outcome)).not.toContain('private');
});

it('a record is accepted whatever its metadata, and is sent as it came', () => {
  const odd = { author: null, url: 'N/A', created_at: '2026-11-20 10:00', attributes: { a: null } };
  const outcome = encode({ ...RECORD, ...odd } as unknown as RecordInput, MADE);
  if (!outcome.ok) throw new Error('The record was refused');
  const sent = JSON.parse(Buffer.from(outcome.entry.data).toString());
  expect(sent).toEqual({ ...RECORD, ...odd, record_id: 'made', stamp: STAMP });
});

it('a claim stands for the text, and all other fields stay', () => {
  expect(withClaim({ ...RECORD, author: 'Ann' }, 'hash')).toEqual({
    ...{ source: 'tour', author: 'Ann', text_claim: 'hash' },
  });
});

it('an entry has the stamp of the record, or a new one of the record that it names', () => {
  const stampOf = (record: RecordInput, stamp: EncodeOptions['stamp']) => {
    const outcome = encode(record, { ...MADE, stamp });
    if (!outcome.ok) throw new Error('The record was refused');
    return read(outcome.entry.data).stamp;
  };
  const keys: string[] = [];
  const stamp = (key: string) => keys.push(key);
  expect(stampOf(RECORD, stamp)).toBe(1);
  expect(stampOf({ ...RECORD, tenant: 'acme', record_id: 'mine' }, stamp)).toBe(2);
  expect(stampOf({ ...RECORD, stamp: STAMP + 5 }, stamp)).toBe(STAMP + 5);
  expect(keys).toEqual(['default#tour#made', 'acme#tour#mine']);
});
