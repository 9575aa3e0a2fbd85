import type { AnalyzerName, Tier, TierLimits } from '../schemas/index.ts';

/** The settings that an operator may change, on one page. Names contain the units. */
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
    analyzer_max_in_flight: number;
  };
  analysis: {
    /** The analyzer of the consumer and the API. */
    analyzer: AnalyzerName;
    cache_ttl_seconds: number;
    cache_memory_entries: number;
    /** Calls to the analyzer in flight in one execution environment of the API. */
    max_in_flight: number;
    default_language: string;
  };
  /** The rates at which each analyzer may be called. */
  quotas: Record<
    AnalyzerName,
    {
      /** The account's quota of calls per second. */
      calls_per_second: number;
      /** The limit of all consumers together. The quota ledger divides it among them. */
      consumers_calls_per_second: number;
      /** The limit of each consumer while the quota ledger is unavailable. */
      fallback_calls_per_second: number;
    }
  >;
  results: { ttl_seconds: number; text_policy: 'full' | 'none' };
  lake: { buffer_seconds: number; buffer_mb: number; first_year: number; last_year: number };
  api: {
    stage: string;
    timeout_seconds: number;
    memory_mb: number;
    requests_per_second: number;
    /** The burst limit of the whole API, for requests with and without a key. */
    burst_requests: number;
    /** CIDR ranges that may call the API. Empty: the API is open to all addresses. */
    allowed_cidrs: string[];
  };
  tiers: Record<Tier, TierLimits>;
  jobs: {
    timeout_seconds: number;
    memory_mb: number;
    /** A job that is not final after this time becomes FAILED. */
    deadline_seconds: number;
    /** Retention of jobs, of their inputs, and of texts that are too long for the stream. */
    retention_seconds: number;
    upload_url_ttl_seconds: number;
  };
  callbacks: { timeout_seconds: number; memory_mb: number };
  alarms: {
    /** Email addresses for alarms. Each must confirm its subscription. */
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
    // Large batches fill Comprehend's calls, each of which takes 25 documents in one language, and they wait less often
    // for a slow call. A batch of distinct texts takes 33 s when four consumers share the quota.
    batch_size: 2_000,
    // Lambda requires at least 1 s if a batch can hold more than 10 records.
    window_seconds: 2,
    // Above 1, Lambda orders records by the key of a KPL aggregate, not by the keys of the sub-records in it.
    parallelization_factor: 1,
    // Invalid records are set aside and fail no batch. If a batch fails, a service is down: retry for hours.
    max_retries: 1_000,
    max_record_age_seconds: 12 * 3_600,
    timeout_seconds: 120,
    memory_mb: 1_024,
    // The ledger limits the rate; this limits the connections that the SDK opens.
    analyzer_max_in_flight: 50,
  },
  analysis: {
    analyzer: 'comprehend',
    cache_ttl_seconds: 30 * DAY_SECONDS,
    cache_memory_entries: 50_000,
    max_in_flight: 4,
    default_language: 'en',
  },
  quotas: {
    comprehend: {
      calls_per_second: 10,
      // The ledger does not count the API's calls, so the remaining 0.2 are left for them.
      consumers_calls_per_second: 9.8,
      // A stream on demand starts with 4 shards, and so with 4 consumers.
      fallback_calls_per_second: 2.4,
    },
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
    // A submission that takes longer continues in the next message. The queue redelivers a crashed one after this time.
    timeout_seconds: 120,
    memory_mb: 512,
    deadline_seconds: DAY_SECONDS,
    retention_seconds: 30 * DAY_SECONDS,
    upload_url_ttl_seconds: 3_600,
  },
  // A callback's receiver has 30 s to respond.
  callbacks: { timeout_seconds: 45, memory_mb: 256 },
  alarms: {
    emails: [],
    late_seconds: 300,
    set_asides_in_five_minutes: 100,
    throttles_in_five_minutes: 100,
  },
  log_retention_days: 30,
};
