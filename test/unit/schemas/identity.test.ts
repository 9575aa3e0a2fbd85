import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deriveRecordId,
  findLeadingSentiment,
  fingerprint,
  partitionKey,
  rateCertainty,
  recordId,
  recordKey,
  SENTIMENTS,
  type StreamPosition,
} from '../../../schemas/index.ts';

/** Names that Kinesis allows: CreateStream in its API reference. */
const positions: fc.Arbitrary<StreamPosition> = fc.record(
  {
    stream_name: fc.oneof(
      fc.constantFrom('live', 'bulk', 's'.repeat(128)),
      fc.stringMatching(/^[a-zA-Z0-9_.-]{1,128}$/),
    ),
    shard_id: fc.nat(2).map((i) => `shardId-${String(i).padStart(12, '0')}`),
    sequence_number: fc.oneof(
      fc.constantFrom('1', '4'.repeat(56)),
      fc.stringMatching(/^\d{1,56}$/),
    ),
    sub_sequence_number: fc.nat(99_999),
  },
  { requiredKeys: ['stream_name', 'shard_id', 'sequence_number'] },
);

it('a record id derived from the place on the stream is a valid record id', () => {
  fc.assert(
    fc.property(positions, (position) => {
      expect(recordId.safeParse(deriveRecordId(position)).success).toBe(true);
    }),
  );
});

it('records at different places have different derived ids, also at the same place of two streams', () => {
  fc.assert(
    fc.property(positions, positions, (one, other) => {
      const is_same = isDeepStrictEqual(one, other);
      expect(deriveRecordId(one) === deriveRecordId(other)).toBe(is_same);
      const elsewhere = { ...one, stream_name: `${one.stream_name.slice(0, 127)}~` };
      expect(deriveRecordId(elsewhere)).not.toBe(deriveRecordId(one));
    }),
  );
});

it('the partition key of the longest names fits in the 256 characters of Kinesis', () => {
  const record = { tenant: 't'.repeat(64), source: 's'.repeat(64), record_id: 'r'.repeat(256) };
  expect(partitionKey(record).length).toBeLessThanOrEqual(256);
  expect(partitionKey({ ...record, record_id: 'r' })).toBe(`${record.tenant}/${record.source}/r`);
});

it('the partition key keeps records of other tenants, sources and ids apart, however long they are', () => {
  const record = { tenant: 't'.repeat(64), source: 's'.repeat(64), record_id: 'r'.repeat(127) };
  const keys = [
    record,
    { ...record, tenant: `${'t'.repeat(63)}u` },
    { ...record, source: `${'s'.repeat(63)}u` },
    { ...record, record_id: `${'r'.repeat(127)}a` },
    { ...record, record_id: `${'r'.repeat(127)}b` },
    { tenant: 'a', source: 'b', record_id: 'c' },
    { tenant: 'a', source: 'd', record_id: 'c' },
  ].map(partitionKey);
  expect(new Set(keys).size).toBe(keys.length);
});

it('a record with the same id of another tenant or another source is another record', () => {
  const record = { tenant: 'a', source: 's', record_id: 'r' };
  expect(recordKey(record)).toBe('a#s#r');
  expect(recordKey({ ...record, tenant: 'b' })).not.toBe('a#s#r');
  expect(recordKey({ ...record, source: 't' })).not.toBe('a#s#r');
});

it('sub-records of one aggregate have ids of their own', () => {
  const position = { stream_name: 'live', shard_id: 's', sequence_number: '1' };
  const ids = [undefined, 0, 1].map((sub_sequence_number) =>
    deriveRecordId({ ...position, sub_sequence_number }),
  );
  expect(ids).toEqual(['live:s:1', 'live:s:1:0', 'live:s:1:1']);
});

it('the fingerprint covers the version of the normalisation, and stays the same between releases', () => {
  // If this value changes, every cached verdict is lost. Change the value only together with
  // NORMALISER_VERSION or with the format of the fingerprint.
  const origin = { analyzer_name: 'comprehend', analyzer_version: '2026-11-23' };
  const key = fingerprint({ ...origin, language_code: 'en', analysed_text: 'great' });
  const hashed = createHash('sha256').update('2\ncomprehend\n2026-11-23\nen\ngreat');
  expect(key).toBe(hashed.digest('base64url'));
});

it('of equally likely sentiments the one that SENTIMENTS lists first leads', () => {
  const even = { positive: 0.25, negative: 0.25, neutral: 0.25, mixed: 0.25 };
  expect(findLeadingSentiment(even)).toBe('POSITIVE');
  expect(findLeadingSentiment({ ...even, positive: 0.2, mixed: 0.25 })).toBe('NEGATIVE');
});

it('each input of a verdict changes its fingerprint', () => {
  const base = {
    analyzer_name: 'comprehend',
    analyzer_version: '1',
    language_code: 'en',
    analysed_text: 'great',
  };
  const other = Object.keys(base).map((field) =>
    fingerprint({ ...base, [field]: `${base[field as keyof typeof base]}X` }),
  );
  expect(new Set([fingerprint(base), ...other]).size).toBe(5);
  expect(fingerprint({ ...base })).toBe(fingerprint(base));
});

const scores = fc.record({
  positive: fc.double({ min: 0, max: 1, noNaN: true }),
  negative: fc.double({ min: 0, max: 1, noNaN: true }),
  neutral: fc.double({ min: 0, max: 1, noNaN: true }),
  mixed: fc.double({ min: 0, max: 1, noNaN: true }),
});

it('confidence is the margin of the leading score over the next one', () => {
  fc.assert(
    fc.property(scores, (given) => {
      const sentiment = findLeadingSentiment(given);
      const ranked = Object.values(given).sort((a, b) => b - a);
      const { score, confidence } = rateCertainty({ sentiment, scores: given, chunks: 1 });
      expect(score).toBe(ranked[0]);
      expect(confidence).toBe(ranked[0]! - ranked[1]!);
    }),
  );
});

it('confidence is never negative, whatever sentiment the analyzer returned', () => {
  fc.assert(
    fc.property(scores, fc.constantFrom(...SENTIMENTS), (given, sentiment) => {
      expect(
        rateCertainty({ sentiment, scores: given, chunks: 1 }).confidence,
      ).toBeGreaterThanOrEqual(0);
    }),
  );
});
