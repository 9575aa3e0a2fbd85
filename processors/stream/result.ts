import { certainty, type Result, textHash } from '../../schemas/index.ts';
import type { AnalysisOutcome } from '../analysis/analysis.ts';
import type { Decoded } from './decode.ts';

export type TextPolicy = 'full' | 'none';
export type Settled = Exclude<AnalysisOutcome, { status: 'failed' }> | { status: 'withdrawn' };

/** A record and what became of it, as the table and the lake keep it. */
export function resultOf(
  { record, arrived_at }: Decoded,
  outcome: Settled,
  options: { text_policy: TextPolicy; processed_at: string },
): Result {
  const { record_id, tenant, source, record_version, author, url, job_id, job_index } = record;
  const keeps_text = options.text_policy === 'full' && outcome.status !== 'withdrawn';
  return defined({
    schema_version: 1,
    record_id,
    tenant,
    source,
    record_version,
    ...verdictFields(outcome),
    text: keeps_text ? record.text.toWellFormed() : undefined,
    text_hash: textHash(record.text),
    text_bytes: Buffer.byteLength(record.text),
    author,
    url,
    attributes: asText(record.attributes),
    job_id,
    job_index,
    created_at: record.created_at === undefined ? arrived_at : utc(record.created_at),
    arrived_at,
    processed_at: options.processed_at,
  });
}

function verdictFields(outcome: Settled) {
  switch (outcome.status) {
    case 'analyzed': {
      const { status, verdict, language_code, language_source, analyzer, cache } = outcome;
      const { sentiment, scores, chunks } = verdict;
      return {
        status,
        sentiment,
        ...certainty(verdict),
        scores,
        language_code,
        language_source,
        analyzer,
        cache,
        chunks,
      };
    }
    case 'unsupported_language': {
      const { status, language_code, language_source } = outcome;
      return { status, language_code, language_source };
    }
    default:
      return { status: outcome.status };
  }
}

/** The lake has one type for all attributes. */
function asText(attributes: Decoded['record']['attributes']): Record<string, string> | undefined {
  if (attributes === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  );
}

function utc(time: string): string {
  return new Date(time).toISOString();
}

type Undefinable<Value> = { [Key in keyof Value]: Value[Key] | undefined };

function defined(result: Undefinable<Result>): Result {
  return Object.fromEntries(
    Object.entries(result).filter(([, value]) => value !== undefined),
  ) as unknown as Result;
}
