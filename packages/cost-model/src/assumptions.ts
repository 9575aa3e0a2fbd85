/** The deployed settings that the model depends on. The product's tests compare them with infra/settings.ts. */
export const DEPLOYED = {
  batch_records: 2_000,
  window_seconds: 2,
  memory_gb: 1,
  calls_in_flight: 50,
  /** The maximum number of slots that one write to the quota ledger reserves, for quotas below 600 calls per second. */
  slots_per_write: 6,
  /** The share of the quota that the consumers use; the rest is left for the API. */
  quota_share: 0.98,
  max_record_age_seconds: 12 * 3_600,
  results_ttl_seconds: 90 * 86_400,
  cache_ttl_seconds: 30 * 86_400,
  lake_buffer_seconds: 60,
  lake_buffer_mb: 64,
};

/** Results of the benchmark, and the sizes of the sample data. The product's tests compare these values with both. */
export const MEASURED = {
  /** CPU time per 1,000 records on the benchmark's machine: a fixed part, and a part per byte of text. */
  cpu_ms_per_1000: 125,
  cpu_ms_per_1000_and_byte: 0.06,
  /** CPU time per 1,000 records, in the usual design that calls Comprehend for each record. */
  per_record_cpu_ms_per_1000: 1_950,
  /**
   * Lambda's cores were not measured. The model assumes that they are as slow as the slowest machine of the benchmark.
   */
  slower_cores: 2.5,
  /** The time that a batch waits for all services but Comprehend. */
  stores_wait_seconds: 0.1,
  /** The median time of a call with 25 documents. */
  call_seconds: 0.08,
  /** Bytes without the text, of a stream record, a result row, its index entry, a cached verdict and a lake line. */
  stream_bytes: 165,
  row_bytes: 680,
  index_bytes: 580,
  verdict_bytes: 330,
  line_bytes: 710,
};

/** AWS bills months of 730 hours. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;
/** Documents in one BatchDetectSentiment call: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html */
export const DOCUMENTS_PER_CALL = 25;
/** Lambda gives a whole core at this memory: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const MEMORY_GB_PER_CORE = 1.769;
