import { hashText, type Result } from '../../schemas/index.ts';

/** Builds a result with the fields that the consumer sets. */
export function aResult(fields: Partial<Result> = {}): Result {
  const text = fields.text ?? 'I love my cat';
  return {
    schema_version: 1,
    record_id: 'rev-1',
    tenant: 'default',
    source: 'app_reviews',
    record_version: 0,
    status: 'analyzed',
    sentiment: 'POSITIVE',
    score: 0.9,
    confidence: 0.85,
    scores: { positive: 0.9, negative: 0.03, neutral: 0.05, mixed: 0.02 },
    language_code: 'en',
    language_source: 'detected',
    analyzer: { name: 'comprehend', version: '2026-11-23' },
    cache: 'miss',
    chunks: 1,
    text,
    text_hash: hashText(text),
    text_bytes: Buffer.byteLength(text),
    attributes: { stars: '5' },
    created_at: '2026-11-23T10:00:00.000Z',
    arrived_at: '2026-11-23T10:00:00.123Z',
    processed_at: '2026-11-23T10:00:02.000Z',
    ...fields,
  };
}
