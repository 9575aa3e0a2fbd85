import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deriveRecordId,
  findLeadingSentiment,
  fingerprint,
  partitionKey,
  rateCertainty,
  recordId,
  SENTIMENTS,
} from '../../../schemas/index.ts';

it('a record id derived from the place on the stream is a valid record id', () => {
  const position = {
    shard_id: 'shardId-000000000000',
    sequence_number: '4'.repeat(56),
    sub_sequence_number: 9_999,
  };
  expect(recordId.safeParse(deriveRecordId(position)).success).toBe(true);
  const { sub_sequence_number, ...alone } = position;
  expect(deriveRecordId(alone)).toBe(`${alone.shard_id}:${alone.sequence_number}`);
});

it('the partition key of the longest names fits in the 256 characters of Kinesis', () => {
  const record = { tenant: 't'.repeat(64), source: 's'.repeat(64), record_id: 'r'.repeat(128) };
  expect(partitionKey(record).length).toBeLessThanOrEqual(256);
  expect(partitionKey({ ...record, record_id: 'r' })).toBe(`${record.tenant}/${record.source}/r`);
});

it('each input of a verdict changes its fingerprint', () => {
  const base = {
    analyzer_name: 'comprehend',
    analyzer_version: '1',
    language_code: 'en',
    normalised_text: 'great',
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
