import { DEPLOYED, MEASURED, MEMORY_GB_PER_CORE } from './assumptions.ts';
import { computeComprehendUnits, estimateConsumption, FIREHOSE_STEP_BYTES } from './consumption.ts';
import type { Usage } from './cost.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';
import { roundUp } from './round-up.ts';
import { estimateSearchUnits } from './search.ts';
import { estimateResultWriteUnits, estimateRowByteMonths } from './storage.ts';

/**
 * WAIT_SECONDS is the median time for which a record waits for its four calls in the usual design.
 * The usual design processes RECORDS_IN_FLIGHT records at the same time.
 */
const WAIT_SECONDS = 0.18;
const RECORDS_IN_FLIGHT = 200;

/**
 * Estimates the usage of the usual design for 1,000 records in batches of `batch_records`. For each
 * record, the usual design calls Comprehend twice (language and sentiment) and writes one row and
 * one line.
 */
export function estimatePerRecordUsage(load: PlannedLoad, batch_records: number): Usage {
  const cpu_seconds = (MEASURED.per_record_cpu_ms_per_1000 / 1_000) * MEASURED.slower_cores;
  const rounds_per_record = Math.ceil(batch_records / RECORDS_IN_FLIGHT) / batch_records;
  const wait_seconds = 1_000 * rounds_per_record * WAIT_SECONDS;
  const lambda_seconds = Math.max(
    cpu_seconds * (MEMORY_GB_PER_CORE / DEPLOYED.memory_gb),
    wait_seconds,
  );
  const line_bytes = computeTextBytes(load) + MEASURED.line_bytes;
  return {
    ...estimateConsumption(load, batch_records).usage,
    // The usual design searches each record, also one whose text repeats.
    search_units: estimateSearchUnits({ ...load, repeat_share: 0 }),
    comprehend_units: 1_000 * 2 * computeComprehendUnits(load),
    dynamodb_read_units: 0,
    dynamodb_write_units: estimateResultWriteUnits(load),
    dynamodb_byte_months: estimateRowByteMonths(load),
    firehose_bytes: 1_000 * roundUp(line_bytes, FIREHOSE_STEP_BYTES),
    lambda_gb_seconds: lambda_seconds * DEPLOYED.memory_gb,
  };
}
