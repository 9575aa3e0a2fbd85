import {
  type ConsumerEnvironment,
  certainty,
  type Result,
  textHash,
  type Verdict,
} from '../../schemas/index.ts';
import type { AnalysisOutcome } from '../analysis/analysis.ts';
import type { StreamItem } from './decode/decode.ts';

/** How a record can end as a result: analysed, without a verdict and why, or withdrawn by its source. */
export type Ending = Exclude<AnalysisOutcome, { status: 'failed' }> | { status: 'withdrawn' };

export interface ResultOptions {
  text_policy: ConsumerEnvironment['TEXT_POLICY'];
  /** ISO 8601 in UTC. */
  processed_at: string;
}

/** A record and what became of it as one line of the lake, one row of the results table. */
export function buildResult(item: StreamItem, ending: Ending, options: ResultOptions): Result {
  const { record, arrived_at } = item;
  // A withdrawal leaves nothing of the text behind, even where the producer sent it along.
  const text = ending.status === 'withdrawn' ? undefined : record.text;
  return {
    schema_version: 1,
    record_id: record.record_id,
    tenant: record.tenant,
    source: record.source,
    record_version: record.record_version,
    analysis_run: record.analysis_run,
    status: ending.status,
    ...verdictFields(ending),
    text: options.text_policy === 'full' ? text : undefined,
    text_hash: textHash(text ?? ''),
    text_bytes: Buffer.byteLength(text ?? ''),
    author: record.author,
    url: record.url,
    attributes: record.attributes === undefined ? undefined : strings(record.attributes),
    job_id: record.job_id,
    job_index: record.job_index,
    created_at: new Date(record.created_at ?? arrived_at).toISOString(),
    arrived_at,
    processed_at: options.processed_at,
  };
}

function verdictFields(ending: Ending): Partial<Result> {
  switch (ending.status) {
    case 'analyzed':
      return {
        ...scored(ending.verdict),
        language_code: ending.language_code,
        language_source: ending.language_source,
        analyzer: ending.analyzer,
        cache: ending.cache,
      };
    case 'unsupported_language':
      return { language_code: ending.language_code, language_source: ending.language_source };
    default:
      return {};
  }
}

function scored(verdict: Verdict): Partial<Result> {
  const { sentiment, scores, chunks } = verdict;
  return { sentiment, ...certainty(verdict), scores, chunks };
}

function strings(attributes: Record<string, string | number | boolean>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  );
}
