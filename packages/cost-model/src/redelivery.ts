import type { Usage } from './cost.ts';
import type { PlannedLoad } from './load.ts';
import { estimateResultWriteUnits } from './storage.ts';

/**
 * Estimates what the records that Lambda delivers twice add to the usage of 1,000 records. Their
 * verdicts come from a cache, but their rows are tried again, and DynamoDB bills writes whose
 * condition fails.
 */
export function estimateRedelivery(load: PlannedLoad, usage: Usage): Usage {
  const share = load.redelivered_share;
  return {
    comprehend_units: 0,
    search_units: 0,
    kinesis_in_bytes: 0,
    kinesis_out_bytes: share * usage.kinesis_out_bytes,
    dynamodb_read_units: share * usage.dynamodb_read_units,
    dynamodb_write_units: share * estimateResultWriteUnits(load),
    dynamodb_byte_months: 0,
    firehose_bytes: share * usage.firehose_bytes,
    s3_bytes: share * usage.s3_bytes,
    s3_puts: 0,
    lambda_requests: share * usage.lambda_requests,
    lambda_gb_seconds: share * usage.lambda_gb_seconds,
  };
}
