import * as z from 'zod';

/** What Kinesis carries in one record: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const MAX_TEXT_BYTES = 1_048_576;

/** What the traffic is expected to be. */
export const loadSchema = z
  .object({
    records_per_second: z.number().positive().max(1_000_000),
    /** Of a text, at the mean. */
    characters: z.number().int().min(1).max(1_048_576),
    /** Share of the records whose text was seen before. */
    repeat_share: z.number().min(0).max(1),
    /** UTF-8: 1 for English, 3 for Chinese. */
    bytes_per_character: z.number().min(1).max(4).default(1),
    /** Of how many languages the traffic is, in equal parts. */
    languages: z.number().int().min(1).max(12).default(1),
    /** Calls of BatchDetectSentiment a second that the account has now. */
    quota_calls_per_second: z.number().positive().default(10),
  })
  .refine(
    ({ characters, bytes_per_character }) => characters * bytes_per_character <= MAX_TEXT_BYTES,
    {
      error: 'A text of a record has 1 MiB at most',
    },
  );
export type PlannedLoad = z.output<typeof loadSchema>;

/** Of the deployment: infra/settings.ts, and a test holds them equal. */
export const DEPLOYED = {
  batch_records: 2_000,
  window_seconds: 2,
  memory_gb: 1,
  calls_in_flight: 50,
  /** That one write of the quota's ledger takes at most, below 600 calls a second. */
  slots_per_write: 6,
  /** Share of the quota that the consumers may use. */
  quota_share: 0.98,
  max_record_age_seconds: 12 * 3_600,
  results_ttl_seconds: 90 * 86_400,
  cache_ttl_seconds: 30 * 86_400,
  lake_buffer_seconds: 60,
  lake_buffer_mb: 64,
};

/** What the benchmark measured (docs/figures.md), and what an example weighs. A test holds both. */
export const MEASURED = {
  /** CPU of 1,000 records, on the benchmark's machine: that of a record, and that of each of its text's bytes. */
  cpu_ms_per_1000: 125,
  cpu_ms_per_1000_and_byte: 0.06,
  /** The same of the usual design, with a call for each record. */
  per_record_cpu_ms_per_1000: 1_950,
  /** Lambda's cores were not measured: they are taken for as slow as the slowest machine that the benchmark ran on. */
  slower_cores: 2.5,
  /** A batch's waiting for services that are not the analyzer. */
  stores_wait_seconds: 0.1,
  /** Of a call of 25 documents, at the median. */
  call_seconds: 0.08,
  /** Bytes of a record on the stream, a row, its entry in the index, a verdict and a line of the lake besides the text. */
  stream_bytes: 165,
  row_bytes: 680,
  index_bytes: 580,
  verdict_bytes: 330,
  line_bytes: 710,
};
