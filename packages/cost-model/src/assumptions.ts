/**
 * The deployed settings that the cost model depends on. The product's tests compare these values
 * with infra/settings.ts.
 */
export const DEPLOYED = {
  batch_records: 2_000,
  window_seconds: 2,
  memory_gb: 1,
  calls_in_flight: 50,
  /**
   * Maximum number of slots that one write to the quota ledger reserves. The value applies to
   * quotas below 600 calls per second.
   */
  slots_per_write: 6,
  /** Largest rate of one item of the quota ledger, in calls per second. */
  calls_per_ledger_item: 5_000,
  /** Share of the quota that the consumers use. The rest absorbs differences of their clocks. */
  quota_share: 0.98,
  max_record_age_seconds: 13 * 3_600,
  results_ttl_seconds: 90 * 86_400,
  cache_ttl_seconds: 30 * 86_400,
  lake_buffer_seconds: 60,
  lake_buffer_mb: 64,
  lake_raw_days: 30,
  lake_merge_seconds: 300,
  lake_snapshot_days: 1,
  deleted_objects_days: 7,
  timeout_seconds: 120,
  /** Share of the timeout that a batch may spend on the analysis. */
  analysis_share: 0.8,
  /** Largest numbers of what costs the same in each month: custom metrics, metrics with an alarm, and so on. */
  metrics: 60,
  alarm_metrics: 80,
  composite_alarms: 4,
  dashboards: 1,
  secrets: 4,
  api: {
    memory_gb: 1,
    /** Share of the quota of synchronous calls that the API uses. */
    quota_share: 0.98,
    /** Longest time that a call waits for its slot of the quota, in seconds. */
    longest_wait_seconds: 8,
    /** Limits of the API's stage. */
    requests_per_second: 1_000,
    burst_requests: 2_000,
    /** Largest rate of one API key. */
    key_requests_per_second: 500,
  },
};

/**
 * Results of the benchmark, and sizes of the sample data. The product's tests compare these values
 * with the benchmark's results and with the sample data.
 */
export const MEASURED = {
  /**
   * CPU time for 1,000 records on the machine of the benchmark, in milliseconds. The CPU time is
   * the sum of two parts. The first value is the fixed part. The second value is multiplied by the
   * mean number of bytes in a text.
   */
  cpu_ms_per_1000: 125,
  cpu_ms_per_1000_and_byte: 0.06,
  /**
   * CPU time for 1,000 records in the usual design, in milliseconds. The usual design calls
   * Comprehend separately for each record.
   */
  per_record_cpu_ms_per_1000: 1_950,
  /**
   * How many times slower a core of Lambda is than a core of the benchmark's machine. The factor is
   * an assumption, because Lambda's cores were not measured. The model assumes that Lambda's cores
   * are as slow as the slowest machine that ran the benchmark.
   */
  slower_cores: 2.5,
  /** How long a batch waits for all services except Comprehend, in seconds. */
  stores_wait_seconds: 0.1,
  /** Median duration of a Comprehend call with 25 documents, in seconds. */
  call_seconds: 0.08,
  /**
   * Sizes in bytes. The sizes do not include the text of the record. The values are for a stream
   * record, a result row, the row's index entry, a cached verdict and a line of the lake.
   */
  stream_bytes: 165,
  row_bytes: 680,
  index_bytes: 580,
  verdict_bytes: 330,
  line_bytes: 710,
  /** Size of a gzipped object of the lake, divided by the size of its lines. */
  gzip_share: 0.2,
  /** Size of a row of the table `results` without its text, and of each byte of its text, in Parquet. */
  table_row_bytes: 100,
  table_text_share: 0.43,
  /** Bytes that Lambda and the consumer log for one batch, and the API for one request. */
  log_bytes_per_batch: 3_000,
  log_bytes_per_request: 1_200,
  /** Duration of a synchronous request whose verdict is cached, in seconds. */
  sync_hit_seconds: 0.02,
  /**
   * Time that a write of the quota ledger, a call of Comprehend and the write of the verdict add, in
   * seconds.
   */
  sync_miss_seconds: 0.095,
  /** Size of the answer to a synchronous request, with its headers, in bytes. */
  sync_answer_bytes: 1_000,
};

/** Number of hours that AWS bills for a month. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;
/**
 * Maximum number of documents in one BatchDetectSentiment call.
 * Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html
 */
export const DOCUMENTS_PER_CALL = 25;
/**
 * Memory at which Lambda gives a function one whole core, in GB.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MEMORY_GB_PER_CORE = 1.769;
