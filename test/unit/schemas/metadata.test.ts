import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundCreation, readRecord, recordSchema } from '../../../schemas/index.ts';

const cat = { text: 'I love my cat', source: 's' };

/** Reads a record that must be accepted. */
function read(fields: object) {
  const result = readRecord({ ...cat, ...fields });
  if (!result.success) throw result.error;
  return result;
}

it.each([
  { author: null, url: null, language: null, created_at: null, attributes: null },
  { author: '', url: '', language: '', created_at: '', attributes: '' },
  { author: ' ', url: '\t' },
  { attributes: { stars: null } },
  { record_id: null, tenant: null, record_version: null, deleted: null },
])('null and the empty string count as absent: %j', (fields) => {
  const { data, misfits } = read(fields);
  expect(data).toEqual({ ...recordSchema.parse(cat) });
  expect(misfits).toEqual([]);
});

const listKept = (field: string) => [{ field, is_kept: true }];
const listDropped = (field: string) => [{ field, is_kept: false }];

it.each([
  [{ url: 'N/A' }, { url: 'N/A' }, listKept('url')],
  [{ url: '/p/123' }, { url: '/p/123' }, listKept('url')],
  [{ url: 7 }, { url: '7' }, listKept('url')],
  [{ language: 'English' }, { language: 'English' }, listKept('language')],
  [{ created_at: 'yesterday' }, { created_at: 'yesterday' }, listKept('created_at')],
  [
    { created_at: '0000-01-01T00:00:00+14:00' },
    { created_at: '0000-01-01T00:00:00+14:00' },
    listKept('created_at'),
  ],
  [{ author: 'a'.repeat(257) }, { author: 'a'.repeat(257) }, listKept('author')],
  [{ author: { name: 'Ada' } }, { author: '{"name":"Ada"}' }, listKept('author')],
  [{ author: 'a'.repeat(1_025) }, undefined, listDropped('author')],
  [{ url: 'N/A', attributes: { url: 'x' } }, { url: 'x', url_2: 'N/A' }, listKept('url')],
  [{ attributes: { stars: null, a: 1 } }, { a: 1 }, []],
  [{ attributes: { reply: 'x'.repeat(1_025), a: 1 } }, { a: 1 }, listDropped('attributes')],
  [{ attributes: { tags: ['a', 'b'] } }, { tags: '["a","b"]' }, listKept('attributes')],
  [{ attributes: { product: { id: 3 } } }, { product: '{"id":3}' }, listKept('attributes')],
  [{ attributes: { 'Seat Type': 'Economy' } }, { Seat_Type: 'Economy' }, listKept('attributes')],
  [
    { attributes: { '€': 1, 'a b': 2, a_b: 3 } },
    { attribute_1: 1, a_b: 2, a_b_2: 3 },
    [...listKept('attributes'), ...listKept('attributes'), ...listKept('attributes')],
  ],
  [{ attributes: 'stars: 5' }, { attributes: 'stars: 5' }, listKept('attributes')],
  [{ attributes: [1, 2] }, { attributes: '[1,2]' }, listKept('attributes')],
])(
  'a value that does not fit its field becomes an attribute or is dropped, and is counted: %j',
  (fields, attributes, misfits) => {
    const result = read(fields);
    expect(result.data.attributes ?? undefined).toEqual(
      attributes &&
        Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, value === '7' ? 7 : value]),
        ),
    );
    expect(result.misfits).toEqual(misfits);
    const { url, author, language, created_at } = result.data;
    expect({ url, author, language, created_at }).toEqual({ language: 'auto' });
  },
);

it('the first 32 attributes are kept and the others are counted', () => {
  const attributes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i]));
  const { data, misfits } = read({ attributes, url: 'N/A' });
  expect(Object.keys(data.attributes!)).toEqual(Array.from({ length: 32 }, (_, i) => `k${i}`));
  expect(misfits).toEqual([...Array(8).fill(listDropped('attributes')[0]), ...listDropped('url')]);
});

it('the names of attributes may have letters of every script', () => {
  const attributes = { 评分: 5, Größe: 'L', Grüße: 'x', रेटिंग: 1 };
  expect(read({ attributes })).toMatchObject({ data: { attributes }, misfits: [] });
});

it.each([
  ['created_at', '2026-11-20 10:00:00+0000', '2026-11-20T10:00:00+00:00'],
  ['created_at', 1_790_000_000_000, '2026-09-21T14:13:20.000Z'],
  ['language', ' en_US ', 'en'],
  ['author', 42, '42'],
  ['author', true, 'true'],
])('the field %s takes %j, as %j', (field, given, taken) => {
  const { data, misfits } = read({ [field]: given });
  expect(data).toMatchObject({ [field]: taken });
  expect(misfits).toEqual([]);
});

it.each([
  ['text', 42],
  ['text', ['good']],
  ['text', null],
  ['text', ''],
  ['source', null],
  ['source', 'Google Play'],
  ['tenant', ''],
  ['tenant', 'A'],
  ['record_id', 20251],
  ['record_id', ''],
  ['record_id', 'a b'],
  ['record_version', '2'],
  ['deleted', 'false'],
  ['job_id', 'a b'],
  ['text_claim', 'x'],
])('the contract stays strict: the record is refused for its %s %j', (field, value) => {
  const result = readRecord({ ...cat, author: null, [field]: value });
  const paths = result.success ? [] : result.error.issues.map(({ path }) => path[0]);
  expect(paths).toContain(field);
});

it('no metadata ever costs a record, and what is read is a record', () => {
  const value = fc.oneof(fc.anything(), fc.jsonValue(), fc.string({ unit: 'binary' }));
  const metadata = fc.record(
    {
      author: value,
      url: value,
      language: value,
      created_at: value,
      attributes: fc.oneof(value, fc.dictionary(fc.string({ unit: 'binary' }), value)),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(metadata, (fields) => {
      const { data } = read(fields);
      expect(recordSchema.safeParse(data).success).toBe(true);
      expect(data.text).toBe(cat.text);
    }),
    { numRuns: 1_000 },
  );
});

const ARRIVED_AT = Date.parse('2026-11-23T10:00:00.000Z');
const bound = (created_at: string, attributes?: Record<string, string>) =>
  boundCreation({ ...read({}).data, created_at, ...(attributes && { attributes }) }, ARRIVED_AT);

it.each(['1989-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z', '2026-11-23T10:05:00.001Z'])(
  'a time of creation that cannot be right becomes an attribute: %s',
  (created_at) => {
    const { record, misfits } = bound(created_at, { a: 'b' });
    expect(record).not.toHaveProperty('created_at');
    expect(record.attributes).toEqual({ a: 'b', created_at });
    expect(misfits).toEqual([{ field: 'created_at', is_kept: true }]);
  },
);

it.each(['1990-01-01T00:00:00Z', '2026-11-23T11:05:00+01:00'])(
  'a time of creation from 1990 to five minutes after the arrival stays: %s',
  (created_at) => {
    expect(bound(created_at)).toMatchObject({ record: { created_at }, misfits: [] });
  },
);

it('a time of creation that cannot be right is dropped if the record has 32 attributes', () => {
  const full = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`a${i}`, 'x']));
  const { record, misfits } = bound('1970-01-01T00:00:00Z', full);
  expect(record.attributes).toEqual(full);
  expect(misfits).toEqual([{ field: 'created_at', is_kept: false }]);
});

it.each([1_790_000_000, '1790000000000', 'today'])(
  'a field stamp of the producer that is no time in milliseconds becomes an attribute: %j',
  (stamp) => {
    const { data, misfits } = read({ stamp });
    expect(data).not.toHaveProperty('stamp');
    expect(data.attributes).toEqual({ stamp });
    expect(misfits).toEqual([{ field: 'stamp', is_kept: true }]);
  },
);
