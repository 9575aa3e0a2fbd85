import { rowOf } from '../../aws/dynamodb/results/row.ts';
import type { PutFailure, ResultEntry, ResultsTable } from '../../processors/stream/ports.ts';
import { hashContent, hashText, type Result } from '../../schemas/index.ts';

/** Builds a result with the fields that the consumer sets. */
export function aResult(fields: Partial<Result> = {}): Result {
  const text = fields.text ?? 'I love my cat';
  return {
    schema_version: 1,
    record_id: 'rev-1',
    tenant: 'default',
    source: 'app_reviews',
    record_version: 0,
    stamp: Date.UTC(2026, 10, 23, 10, 0, 0, 123),
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

/** Builds the entry of a result whose producer gave the time of creation. */
export function entryOf(result: Result, place = '0'): ResultEntry {
  return { result, place, is_creation_given: true };
}

/** Puts results into a results table. Returns the failures, with the indexes of the results. */
export async function putResults(table: ResultsTable, results: Result[]): Promise<PutFailure[]> {
  const answers = await table.put(results.map((result) => entryOf(result)));
  return answers.flatMap((answer, index) => ('code' in answer ? [{ index, ...answer }] : []));
}

/** An expiry time in 2096, in epoch seconds. */
const FAR_AHEAD = 4_000_000_000;

/** Builds the row of a result. */
export function rowFor(result: Result, expires_at = FAR_AHEAD) {
  const { record_version, stamp, analysis_run } = result;
  const order = {
    ...{ record_version, stamp, analysis_run, place: '0', content_hash: hashContent(result) },
    is_version_given: record_version !== undefined,
  };
  return rowOf(asStored(result), order, expires_at);
}

/** Returns a result with the fields that the results table adds to it. */
export function asStored(result: Result): Result {
  return { revision: 1, first_created_at: result.created_at, ...result };
}
