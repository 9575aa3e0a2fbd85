import type { Tier, TierLimits } from '../schemas/index.ts';

/** Everything that an operator may want to turn, on one page. Units are in the names. */
export interface Settings {
  stack_name: string;
  stream: { retention_hours: number };
  consumer: {
    batch_size: number;
    window_seconds: number;
    parallelization_factor: number;
    max_retries: number;
    max_record_age_seconds: number;
    timeout_seconds: number;
    memory_mb: number;
    /** Of all consumers together. */
    comprehend_calls_per_second: number;
    /** Of one consumer, while the ledger of the quota does not answer. */
    comprehend_fallback_calls_per_second: number;
    comprehend_max_in_flight: number;
  };
  analysis: {
    cache_ttl_seconds: number;
    cache_memory_entries: number;
    /** Calls to Comprehend of one environment of the API's. */
    max_in_flight: number;
    default_language: string;
    /** Calls to Comprehend a second that the account has in all. */
    quota_calls_per_second: number;
  };
  results: { ttl_seconds: number; text_policy: 'full' | 'none' };
  lake: { buffer_seconds: number; buffer_mb: number; first_year: number; last_year: number };
  api: {
    stage: string;
    timeout_seconds: number;
    memory_mb: number;
    requests_per_second: number;
    /** Of all keys and of those who need none together. */
    burst_requests: number;
    /** Who may call, as CIDR ranges; empty: anybody who knows the URL. */
    allowed_cidrs: string[];
  };
  tiers: Record<Tier, TierLimits>;
  jobs: {
    timeout_seconds: number;
    memory_mb: number;
    /** When a job that is not over FAILS. */
    deadline_seconds: number;
    /** How long jobs, their inputs and texts too long for the stream are kept. */
    retention_seconds: number;
    upload_url_ttl_seconds: number;
  };
  callbacks: { timeout_seconds: number; memory_mb: number };
  alarms: {
    /** Who is told, after confirming by mail. */
    emails: string[];
    late_seconds: number;
    set_asides_in_five_minutes: number;
    throttles_in_five_minutes: number;
  };
  log_retention_days: number;
}

const DAY_SECONDS = 86_400;

export const settings: Settings = {
  stack_name: 'AuraStream',
  stream: { retention_hours: 24 },
  consumer: {
    // Large batches fill Comprehend's calls of 25 documents, one language each, and wait less for each record: a batch
    // is done when the slowest of its calls is. One of distinct texts, in a quota shared by four, takes 33 s.
    batch_size: 2_000,
    // Lambda asks for at least 1 s where a batch may hold more than 10 records.
    window_seconds: 2,
    // Sub-records of a KPL aggregate have keys of their own: a factor above 1 would not keep their order.
    parallelization_factor: 1,
    // Poison is set aside by code, so what fails here is a service: wait for it for hours, on the stream.
    max_retries: 1_000,
    max_record_age_seconds: 12 * 3_600,
    timeout_seconds: 120,
    memory_mb: 1_024,
    // Of a quota of 10: the API's calls are not in the ledger, and find room in Comprehend's own bucket.
    comprehend_calls_per_second: 9.8,
    // Over the 4 shards that a stream on demand starts with.
    comprehend_fallback_calls_per_second: 2.4,
    // Of one consumer: what the quota allows is shared by the ledger; this is as many as the SDK has connections.
    comprehend_max_in_flight: 50,
  },
  analysis: {
    cache_ttl_seconds: 30 * DAY_SECONDS,
    cache_memory_entries: 50_000,
    max_in_flight: 4,
    default_language: 'en',
    quota_calls_per_second: 10,
  },
  results: { ttl_seconds: 90 * DAY_SECONDS, text_policy: 'full' },
  lake: { buffer_seconds: 60, buffer_mb: 64, first_year: 2026, last_year: 2035 },
  api: {
    stage: 'v1',
    timeout_seconds: 25,
    memory_mb: 1_024,
    requests_per_second: 1_000,
    burst_requests: 2_000,
    allowed_cidrs: [],
  },
  tiers: {
    starter: { requests_per_second: 5, burst_requests: 10, requests_per_month: 100_000 },
    growth: { requests_per_second: 25, burst_requests: 50, requests_per_month: 1_000_000 },
    professional: { requests_per_second: 100, burst_requests: 200, requests_per_month: 10_000_000 },
    enterprise: {
      requests_per_second: 500,
      burst_requests: 1_000,
      requests_per_month: 100_000_000,
    },
  },
  jobs: {
    // A long submission goes on in the next message; a short one is soon taken up again by another after a crash.
    timeout_seconds: 120,
    memory_mb: 512,
    deadline_seconds: DAY_SECONDS,
    retention_seconds: 30 * DAY_SECONDS,
    upload_url_ttl_seconds: 3_600,
  },
  // The receiver has 30 s.
  callbacks: { timeout_seconds: 45, memory_mb: 256 },
  alarms: {
    emails: [],
    late_seconds: 300,
    set_asides_in_five_minutes: 100,
    throttles_in_five_minutes: 100,
  },
  log_retention_days: 30,
};
