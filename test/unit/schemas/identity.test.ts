import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certainty,
  derivedRecordId,
  fingerprint,
  leadingSentiment,
  partitionKey,
  recordId,
  SENTIMENTS,
} from '../../../schemas/index.ts';

describe('identity', () => {
  it('derives from the place on the stream an id that a record may have', () => {
    const position = {
      shard_id: 'shardId-000000000000',
      sequence_number: '4'.repeat(56),
      sub_sequence_number: 9_999,
    };
    expect(recordId.safeParse(derivedRecordId(position)).success).toBe(true);
    const { sub_sequence_number, ...alone } = position;
    expect(derivedRecordId(alone)).toBe(`${alone.shard_id}:${alone.sequence_number}`);
  });

  it('keeps the partition key of the longest names within the 256 characters of Kinesis', () => {
    const record = { tenant: 't'.repeat(64), source: 's'.repeat(64), record_id: 'r'.repeat(128) };
    expect(partitionKey(record).length).toBeLessThanOrEqual(256);
    expect(partitionKey({ ...record, record_id: 'r' })).toBe(`${record.tenant}/${record.source}/r`);
  });

  it('gives another fingerprint for whatever changes the verdict', () => {
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
});

describe('certainty', () => {
  const scores = fc.record({
    positive: fc.double({ min: 0, max: 1, noNaN: true }),
    negative: fc.double({ min: 0, max: 1, noNaN: true }),
    neutral: fc.double({ min: 0, max: 1, noNaN: true }),
    mixed: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('is the score of the sentiment and its margin over the runner-up', () => {
    fc.assert(
      fc.property(scores, (given) => {
        const sentiment = leadingSentiment(given);
        const ranked = Object.values(given).sort((a, b) => b - a);
        const { score, confidence } = certainty({ sentiment, scores: given, chunks: 1 });
        expect(score).toBe(ranked[0]);
        expect(confidence).toBe(ranked[0]! - ranked[1]!);
      }),
    );
  });

  it('never says a negative margin, whatever the analyzer returned', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(...SENTIMENTS), (given, sentiment) => {
        expect(
          certainty({ sentiment, scores: given, chunks: 1 }).confidence,
        ).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
