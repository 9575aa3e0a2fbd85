import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { buildResult, type Ending } from '../../../../processors/stream/result.ts';
import { hashText, resultSchema } from '../../../../schemas/index.ts';
import { ARRIVED_AT, kinesisRecords } from '../../../support/kinesis-event.ts';

const full = { keeps_text: true, processed_at: '2026-11-23T10:00:02.000Z' } as const;
const analyzed: Ending = {
  status: 'analyzed',
  verdict: {
    sentiment: 'POSITIVE',
    scores: { positive: 0.7, negative: 0.05, neutral: 0.2, mixed: 0.05 },
    chunks: 2,
  },
  language_code: 'en',
  language_source: 'given',
  analyzer: { name: 'comprehend', version: '1' },
  cache: 'table',
};

function itemOf(record: object) {
  return decode(kinesisRecords({ text: 'I love my cat', source: 'app_reviews', ...record }))
    .items[0]!;
}
/** Builds a result and converts it to JSON and back, as a store does. */
function build(record: object, ending: Ending, options: Parameters<typeof buildResult>[2] = full) {
  return JSON.parse(JSON.stringify(buildResult(itemOf(record), ending, options)));
}

describe('a result', () => {
  it('A result has the fields of the record, its verdict and its provenance', () => {
    const record = {
      record_id: 'rev-1',
      author: 'Ada',
      url: 'https://example.com/1',
      created_at: '2026-11-23T11:30:00+02:00',
      attributes: { stars: 5, verified: true, shop: 'x' },
      job_id: 'job-1',
      job_index: 3,
      record_version: 2,
    };
    expect(build(record, analyzed)).toEqual({
      schema_version: 1,
      record_id: 'rev-1',
      tenant: 'default',
      source: 'app_reviews',
      record_version: 2,
      stamp: ARRIVED_AT,
      status: 'analyzed',
      sentiment: 'POSITIVE',
      score: 0.7,
      confidence: 0.7 - 0.2,
      scores: { positive: 0.7, negative: 0.05, neutral: 0.2, mixed: 0.05 },
      chunks: 2,
      language_code: 'en',
      language_source: 'given',
      analyzer: { name: 'comprehend', version: '1' },
      cache: 'table',
      text: 'I love my cat',
      text_hash: hashText('I love my cat'),
      text_bytes: 13,
      author: 'Ada',
      url: 'https://example.com/1',
      attributes: { stars: '5', verified: 'true', shop: 'x' },
      job_id: 'job-1',
      job_index: 3,
      created_at: '2026-11-23T09:30:00.000Z',
      arrived_at: '2026-11-23T10:00:00.123Z',
      processed_at: '2026-11-23T10:00:02.000Z',
    });
  });

  it('A result has the arrival time as created_at if the producer gives none', () => {
    expect(build({}, { status: 'empty' }).created_at).toBe('2026-11-23T10:00:00.123Z');
  });

  it('If its text is not stored, a result has the hash and size of the text instead of the text', () => {
    const result = build({}, analyzed, { ...full, keeps_text: false });
    expect(result).not.toHaveProperty('text');
    expect(result).toMatchObject({ text_hash: hashText('I love my cat'), text_bytes: 13 });
  });

  it('The size of a text is its number of bytes in UTF-8', () => {
    expect(build({ text: 'naïve 😀' }, analyzed).text_bytes).toBe(11);
  });

  it('The result of a withdrawal has no text, even if the producer sent one', () => {
    const result = build({ record_id: 'rev-1', deleted: true }, { status: 'withdrawn' });
    expect(result).toMatchObject({ status: 'withdrawn', text_hash: hashText(''), text_bytes: 0 });
    for (const name of ['text', 'sentiment', 'scores']) expect(result).not.toHaveProperty(name);
  });

  it('A result without a verdict has a status that says why, and no sentiment', () => {
    const ending: Ending = {
      status: 'unsupported_language',
      language_code: 'nl',
      language_source: 'detected',
    };
    const result = build({}, ending);
    expect(result).toMatchObject(ending);
    for (const name of ['sentiment', 'scores', 'cache', 'analyzer']) {
      expect(result).not.toHaveProperty(name);
    }
  });

  it('A result is valid by its schema for any record', () => {
    const attributes = fc.dictionary(
      fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/),
      fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      { maxKeys: 32 },
    );
    const created_at = fc.date({
      noInvalidDate: true,
      min: new Date('0000-01-02'),
      max: new Date('9999-12-30'),
    });
    fc.assert(
      fc.property(
        attributes,
        created_at,
        fc.integer({ min: -839, max: 839 }),
        (entries, at, offset) => {
          const zone = `${offset < 0 ? '-' : '+'}${String(Math.abs(offset) % 24).padStart(2, '0')}:30`;
          const time = `${at.toISOString().slice(0, -1)}${zone}`;
          const result = build({ attributes: entries, created_at: time }, analyzed);
          expect(resultSchema.safeParse(result).error).toBeUndefined();
        },
      ),
    );
  });
});
