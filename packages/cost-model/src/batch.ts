import { DEPLOYED, DOCUMENTS_PER_CALL, MEASURED, MEMORY_GB_PER_CORE } from './assumptions.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';

/** Limits of one request. Source: the API references of Comprehend, DynamoDB and Firehose. */
export const DOCUMENT_BYTES = 5_000;
const KEYS_PER_READ = 100;
const ITEMS_PER_WRITE = 25;
/** Number of writes that store how far the shard is processed. */
export const POSITION_WRITES = 1;
const PUT_BYTES = 4 * 1_024 * 1_024;
/**
 * Maximum size of the records of one invocation, in bytes. Lambda accepts 6 MB in base64. Base64
 * encodes 3 bytes as 4 bytes.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
const BATCH_BYTES = (6_000_000 * 3) / 4;
/**
 * Exponent for the duration of parallel calls. If a batch makes n calls at the same time, the
 * slowest call takes n ** 0.4 times the median duration.
 */
const SLOWEST_POWER = 0.4;

/** The work of the consumer for one batch. */
export interface Batch {
  /** Number of records whose text was not analysed before. */
  fresh_records: number;
  documents: number;
  comprehend_calls: number;
  /** Number of writes to the quota ledger. */
  ledger_writes: number;
  /**
   * Number of requests to DynamoDB and Firehose, including the writes to the quota ledger and of the
   * position.
   */
  requests: number;
  /** Total size of the lines that the batch adds to the lake, in bytes. */
  line_bytes: number;
  /**
   * Duration of the batch in seconds. Does not include the time for which the batch waits for the
   * quota.
   */
  seconds: number;
}

/**
 * Estimates how many records the consumer receives in one batch. A shard receives
 * `shard_records_per_second`.
 */
export function estimateBatchRecords(load: PlannedLoad, shard_records_per_second: number): number {
  const record_bytes = computeTextBytes(load) + MEASURED.stream_bytes;
  const in_window = shard_records_per_second * DEPLOYED.window_seconds;
  const most = Math.min(DEPLOYED.batch_records, Math.floor(BATCH_BYTES / record_bytes));
  return Math.max(1, Math.min(most, Math.round(in_window)));
}

export function estimateBatch(load: PlannedLoad, records: number): Batch {
  const text_bytes = computeTextBytes(load);
  const fresh_records = records * (1 - load.repeat_share);
  const documents = fresh_records * Math.ceil(text_bytes / DOCUMENT_BYTES);
  const calls_per_language = estimateCalls(documents / load.languages, DOCUMENTS_PER_CALL);
  const comprehend_calls = load.languages * calls_per_language;
  const line_bytes = records * (text_bytes + MEASURED.line_bytes);
  const ledger_writes = Math.ceil(comprehend_calls / DEPLOYED.slots_per_write);
  const requests =
    estimateCalls(fresh_records, KEYS_PER_READ) +
    estimateCalls(fresh_records, ITEMS_PER_WRITE) +
    Math.ceil(records / ITEMS_PER_WRITE) +
    Math.ceil(line_bytes / PUT_BYTES) +
    ledger_writes +
    POSITION_WRITES;
  const cpu_seconds = (records * estimateCpuMsPer1000(text_bytes)) / 1_000_000;
  const seconds =
    cpu_seconds * (MEMORY_GB_PER_CORE / DEPLOYED.memory_gb) +
    MEASURED.stores_wait_seconds +
    estimateCallSeconds(comprehend_calls);
  return {
    fresh_records,
    documents,
    comprehend_calls,
    ledger_writes,
    requests,
    line_bytes,
    seconds,
  };
}

/**
 * Estimates how many calls a batch with `items` items needs on average. The number of items varies
 * from batch to batch, and therefore the last call is half full on average. A batch with at least
 * one item needs at least one call.
 */
function estimateCalls(items: number, items_per_call: number): number {
  const partial_call = items < items_per_call ? 0 : 0.5;
  return Math.max(Math.min(items, 1), items / items_per_call + partial_call);
}

function estimateCallSeconds(calls: number): number {
  return (calls ** SLOWEST_POWER + calls / DEPLOYED.calls_in_flight) * MEASURED.call_seconds;
}

function estimateCpuMsPer1000(text_bytes: number): number {
  const measured = MEASURED.cpu_ms_per_1000 + MEASURED.cpu_ms_per_1000_and_byte * text_bytes;
  return measured * MEASURED.slower_cores;
}
