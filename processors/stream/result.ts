import {
  type Complete,
  hashText,
  pickCarried,
  type Result,
  rateCertainty,
} from '../../schemas/index.ts';
import type { AnalysisOutcome } from '../analysis/outcome.ts';
import type { StreamItem } from './decode/decode.ts';

/**
 * An outcome that becomes a result. Either the record was analysed, or its text cannot be analysed,
 * or the source has withdrawn the record. A text cannot be analysed if the text is empty or in an
 * unsupported language.
 */
export type Ending = Exclude<AnalysisOutcome, { status: 'failed' }> | { status: 'withdrawn' };

export interface ResultOptions {
  /** False if the text is not stored, but only its hash and its size. */
  keeps_text: boolean;
  /** The personal data that was found in the record. */
  pii?: Result['pii'];
  /** Time of processing, in ISO 8601 and UTC. */
  processed_at: string;
}

/**
 * Builds the result of a record. The result becomes a row of the results table and a line of the
 * lake. The code does not compile if a field of the result is missing in this function.
 */
export function buildResult(
  item: StreamItem,
  ending: Ending,
  options: ResultOptions,
): Complete<Result> {
  const { record, arrived_at, stamp } = item;
  // Leave out the content of a withdrawal, even if the producer sent it.
  const text = ending.status === 'withdrawn' ? undefined : record.text;
  const { job_id, job_index, run_id } = record;
  const carried = pickCarried<Partial<StreamItem['record']>>(
    ending.status === 'withdrawn' ? { job_id, job_index, run_id } : record,
  );
  const analyzed = ending.status === 'analyzed' ? ending : undefined;
  const verdict = analyzed?.verdict;
  const certainty = verdict === undefined ? undefined : rateCertainty(verdict);
  const with_language = ending.status === 'unsupported_language' ? ending : analyzed;
  return {
    schema_version: 1,
    record_id: record.record_id,
    tenant: record.tenant,
    source: record.source,
    record_version: record.record_version,
    stamp,
    // The results table knows these.
    revision: undefined,
    replaced_revision: undefined,
    first_created_at: undefined,
    analysis_run: record.analysis_run,
    status: ending.status,
    sentiment: verdict?.sentiment,
    score: certainty?.score,
    confidence: certainty?.confidence,
    scores: verdict?.scores,
    chunks: verdict?.chunks,
    language_code: with_language?.language_code,
    language_source: with_language?.language_source,
    analyzer: analyzed?.analyzer,
    cache: analyzed?.cache,
    text: options.keeps_text ? text : undefined,
    text_hash: hashText(text ?? ''),
    text_bytes: Buffer.byteLength(text ?? ''),
    pii: ending.status === 'withdrawn' ? undefined : options.pii,
    ...carried,
    attributes: carried.attributes === undefined ? undefined : toStrings(carried.attributes),
    created_at: new Date(record.created_at ?? arrived_at).toISOString(),
    arrived_at,
    processed_at: options.processed_at,
  };
}

function toStrings(attributes: Record<string, string | number | boolean>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  );
}
