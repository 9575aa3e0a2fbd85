import { DEPLOYED, MEASURED } from './assumptions.ts';
import { type Batch, DOCUMENT_BYTES, estimateBatch, POSITION_WRITES } from './batch.ts';
import type { Usage } from './cost.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';
import { CHARACTERS_PER_UNIT, LEAST_UNITS } from './prices.ts';
import { roundUp } from './round-up.ts';
import { estimateSearchUnits } from './search.ts';
import {
  estimateResultWriteUnits,
  estimateRowByteMonths,
  estimateVerdictByteMonths,
} from './storage.ts';

/**
 * For billing, Firehose rounds up the size of each Firehose record to a multiple of this number of
 * bytes.
 */
export const FIREHOSE_STEP_BYTES = 5 * 1_024;
/**
 * Size of a Firehose record, in bytes. The consumer packs several lines of the lake into one
 * Firehose record of at most this size. See aws/firehose/packed-record.ts of the product.
 */
const FIREHOSE_RECORD_BYTES = 100_000;

/** The calls, the duration and the billed quantities of 1,000 records. */
export interface Consumption {
  comprehend_calls: number;
  documents: number;
  /** Number of requests to DynamoDB and Firehose, including the quota ledger and the position. */
  requests: number;
  /**
   * Duration of one batch in seconds. Does not include the time for which the batch waits for the
   * quota.
   */
  batch_seconds: number;
  usage: Usage;
}

/**
 * Estimates AuraStream's consumption for 1,000 records that arrive in batches of `batch_records`.
 *
 * Comprehend receives only texts that were not analysed before. The verdict on a repeated text
 * comes from the consumer's memory. In each batch, the consumer sends full requests and, for each
 * kind of request, one partly filled request.
 *
 * @example
 * ```ts
 * const load = loadSchema.parse({ records_per_second: 500, characters: 140, repeat_share: 0.6 });
 * estimateConsumption(load, 250).comprehend_calls; // 18
 * ```
 */
export function estimateConsumption(load: PlannedLoad, batch_records: number): Consumption {
  const batches = 1_000 / batch_records;
  const batch = estimateBatch(load, batch_records);
  return {
    comprehend_calls: batch.comprehend_calls * batches,
    documents: batch.documents * batches,
    requests: batch.requests * batches,
    batch_seconds: batch.seconds,
    usage: estimateUsage(load, batch, batches),
  };
}

function estimateUsage(load: PlannedLoad, batch: Batch, batches: number): Usage {
  const record_bytes = computeTextBytes(load) + MEASURED.stream_bytes;
  return {
    comprehend_units: 1_000 * (1 - load.repeat_share) * computeComprehendUnits(load),
    search_units: estimateSearchUnits(load),
    kinesis_in_bytes: 1_000 * roundUp(record_bytes, 1_024),
    kinesis_out_bytes: 1_000 * record_bytes,
    dynamodb_read_units: batch.fresh_records * batches * 0.5,
    // The value includes the writes of verdicts, results, the quota ledger and the position.
    dynamodb_write_units:
      batch.fresh_records * batches +
      estimateResultWriteUnits(load) +
      (batch.ledger_writes + POSITION_WRITES) * batches,
    dynamodb_byte_months: estimateRowByteMonths(load) + estimateVerdictByteMonths(load),
    firehose_bytes: computeFirehoseBytes(batch.line_bytes) * batches,
    s3_bytes: batch.line_bytes * batches,
    // The value is 0 because monthly.ts adds the PUT requests. The number of PUT requests also
    // depends on how often Firehose writes an object.
    s3_puts: 0,
    lambda_requests: batches,
    lambda_gb_seconds: batch.seconds * batches * DEPLOYED.memory_gb,
  };
}

/**
 * Computes the units that Comprehend bills for one text. Comprehend bills each document by the
 * number of its characters.
 * @returns the units of one text.
 */
export function computeComprehendUnits(load: PlannedLoad): number {
  const documents = Math.ceil(computeTextBytes(load) / DOCUMENT_BYTES);
  const document_characters = load.characters / documents;
  return documents * Math.max(LEAST_UNITS, Math.ceil(document_characters / CHARACTERS_PER_UNIT));
}

function computeFirehoseBytes(line_bytes: number): number {
  const records = Math.ceil(line_bytes / FIREHOSE_RECORD_BYTES);
  return records * roundUp(line_bytes / records, FIREHOSE_STEP_BYTES);
}
