import type {
  AnalyzerName,
  EnvelopeName,
  PrivacyInput,
  RetentionInput,
  Tier,
  TierLimits,
  Traffic,
} from '../schemas/index.ts';
import type { OidcSettingsInput } from '../schemas/oidc.ts';

/** Limit of a token bucket. */
interface RateLimit {
  requests_per_second: number;
  burst_requests: number;
}

/** Settings that an operator may change. The name of a setting contains the unit of its value. */
export interface Settings {
  /** Name of the environment. It is a tag of the stack and a dimension of the metrics. */
  environment: string;
  /** Name of the stack. All names of resources begin with it. */
  stack_name: string;
  /**
   * Whether the stack refuses its deletion, and the deletion of its tables, and keeps the records on
   * the stream.
   */
  is_protected: boolean;
  /**
   * Customer-managed KMS key for all data: `new` for a key of the stack, which costs $1 per month and
   * $0.03 for 10,000 requests, or the ARN of a key. Undefined means the keys of AWS.
   */
  encryption_key: 'new' | `arn:${string}` | undefined;
  stream: { retention_hours: number };
  consumer: {
    batch_size: number;
    window_seconds: number;
    parallelization_factor: number;
    /** Number of retries of a failed batch. With -1, only the age of the records ends the retries. */
    max_retries: number;
    max_record_age_seconds: number;
    timeout_seconds: number;
    memory_mb: number;
    analyzer_max_in_flight: number;
    /**
     * Messages of other services whose records are decoded, such as `sns` or `cloudwatch_logs`. All
     * other messages are set aside, and the reason names the service. See docs/payloads.md.
     */
    unwrap: EnvelopeName[];
    /**
     * Concurrency of Lambda that only the consumer may use, and its limit: at least one for each
     * shard. Lambda keeps 100 of the account's concurrency unreserved, so a new account, which has
     * 10, can reserve nothing.
     */
    reserved_concurrency: number | undefined;
  };
  /** Settings that the consumer of the bulk stream has instead of those of `consumer`. */
  bulk_consumer: {
    batch_size: number;
    timeout_seconds: number;
    /** As for the consumer of the live stream. */
    reserved_concurrency: number | undefined;
  };
  analysis: {
    /** Analyzer that the consumer and the API use. */
    analyzer: AnalyzerName;
    cache_ttl_seconds: number;
    cache_memory_entries: number;
    /** Largest number of analyzer calls in flight in one execution environment of the API. */
    max_in_flight: number;
    default_language: string;
    /**
     * Whether ids in a text, such as order numbers of five or more digits, UUIDs and hashes, are replaced
     * by a neutral number before it is analyzed. Texts that differ in ids alone then share a verdict.
     */
    neutral_ids: boolean;
  };
  /**
   * Largest rates at which AuraStream calls each analyzer. AWS limits the calls of each operation of
   * Comprehend separately.
   */
  quotas: Record<
    AnalyzerName,
    {
      /** Quota of the AWS account, in calls per second. */
      calls_per_second: number;
      /**
       * Largest rate of all consumers together, in calls per second. The quota ledger divides the
       * rate among the consumers.
       */
      consumers_calls_per_second: number;
      /**
       * Largest rate of each consumer while the quota ledger is unavailable, in calls per second.
       */
      fallback_calls_per_second: Record<Traffic, number>;
      /** The calls of the API while a caller waits. They have a quota of their own. */
      sync: {
        /** Quota of the AWS account, in calls per second. */
        calls_per_second: number;
        /**
         * Largest rate of all execution environments of the API together, in calls per second. The
         * quota ledger divides the rate among them.
         */
        api_calls_per_second: number;
        /** Largest rate of one execution environment while the ledger is unavailable. */
        fallback_calls_per_second: number;
      };
    }
  >;
  /**
   * Largest rates at which the engines `comprehend` and `both` of `privacy` call DetectPiiEntities. Each
   * call takes one text. AWS counts the calls of the consumers and of the API together.
   */
  privacy_quota: {
    /** Quota of the AWS account, in calls per second. */
    calls_per_second: number;
    /** Largest rate of all functions together, which the quota ledger divides among them. */
    used_calls_per_second: number;
    /** Largest rate of each execution environment while the ledger is unavailable. */
    fallback_calls_per_second: Record<Traffic | 'api', number>;
  };
  /**
   * Budgets in billed units per calendar month, in UTC. A unit is 100 characters of a text that is in
   * no cache, at least three per text, and costs $0.0001 with Comprehend. A text that Comprehend searches
   * for personal data is billed for that too. Undefined means no limit.
   */
  budgets: {
    /** Budget of each tenant that `units_by_tenant` does not name. */
    units_per_tenant: number | undefined;
    /** Budgets of single tenants, such as `{ acme: 50_000_000, internal: undefined }`. */
    units_by_tenant: Record<string, number | undefined>;
    /** Budget of all tenants together. */
    units_per_deployment: number | undefined;
    /**
     * Costs of the whole AWS account per month, in US dollars, above which AWS Budgets notifies the
     * topic of the alarms. It stops nothing.
     */
    account_usd_per_month: number | undefined;
  };
  results: { ttl_seconds: number };
  /**
   * How long results of single tenants and sources are kept, in days after their acceptance: in the results
   * table, its history, and the table `results` of the lake. docs/privacy.md says which stores hold all
   * sources together.
   */
  retention: RetentionInput;
  /**
   * The treatment of personal data, for all tenants and for single tenants and sources. docs/privacy.md
   * has the matrix of what is sent, cached, stored and logged under each policy.
   */
  privacy: PrivacyInput;
  /** The function that counts the changes of the results table. */
  counts: {
    batch_size: number;
    /** Time for which Lambda collects changes. Larger batches cost less and are counted later. */
    window_seconds: number;
    timeout_seconds: number;
    memory_mb: number;
  };
  /** The function that stores the replaced versions of records. */
  history: {
    batch_size: number;
    /** Time for which Lambda collects changes. A replaced version is in the history this much later. */
    window_seconds: number;
    timeout_seconds: number;
    memory_mb: number;
  };
  lake: {
    buffer_seconds: number;
    buffer_mb: number;
    /**
     * Age at which the lines of `results_raw` expire. A replay finds no older records. A replaced
     * version stays in the history of its record for the same time.
     */
    raw_days: number;
    /**
     * Time for which raw objects collect before the keeper merges them into the table `results`. At
     * most 900.
     */
    merge_seconds: number;
    /** Time for which the table `results` keeps the rows that were replaced or withdrawn. */
    snapshot_days: number;
    /** A query that scans more is cancelled. Athena charges $5 for 1,000 GB. */
    max_scanned_gb_per_query: number;
    /**
     * Age at which the results in the lake move to S3's cheaper class for infrequent access. If the
     * setting is undefined, they never move. S3 demands at least 30 days.
     */
    infrequent_access_days: number | undefined;
  };
  /**
   * Age at which set-asides expire, and batches that Lambda has stopped retrying. Both are less than
   * `results.ttl_seconds`: the withdrawal of an erased record expires with its row, and a record that is put
   * back later would come back.
   */
  set_asides_days: number;
  /**
   * These batches hold records as they came, because Lambda writes them. The time is the one that
   * operators have to put them back.
   */
  failures_days: number;
  /** Lifetime of set-asides whose bytes cannot be read, and so not be masked. */
  unreadable_days: number;
  /** Time for which buckets keep deleted and overwritten objects that cannot be produced again. */
  deleted_objects_days: number;
  api: {
    stage: string;
    timeout_seconds: number;
    memory_mb: number;
    /**
     * Limit on the rate of each method of the stage, over all callers. API Gateway applies the limits
     * of a stage to each method separately.
     */
    each_method: RateLimit;
    /** Limit on the rate of each method that needs no API key. */
    open_method: RateLimit;
    /** The function that streams the results of a job, for up to 15 minutes. */
    download: {
      memory_mb: number;
      /** Limit on the rate of downloads, over all callers. */
      method: RateLimit;
      /** Concurrency of Lambda that only downloads may use, and its limit. */
      reserved_concurrency: number | undefined;
    };
    /** Limit on the rate of the preflight requests of browsers, for each resource. */
    preflight_method: RateLimit;
    /**
     * Origins whose web pages may call the API and upload files, such as `https://app.example.com`.
     * The only entry `*` allows every origin. An empty list allows none.
     */
    cors_origins: string[];
    /** Whether the API serves the page `/docs`, which needs no API key and has 1.7 MB of scripts. */
    serves_docs: boolean;
    /** Whether the API serves the page `/dashboard`, which needs no API key and asks for one itself. */
    serves_dashboard: boolean;
    /** Size from which API Gateway compresses answers, in bytes. */
    minimum_compression_bytes: number;
    /**
     * Issuer of OpenID Connect whose tokens the API accepts beside keys, such as a user pool of
     * Amazon Cognito. API Gateway then invokes the authorizer for each request, because it remembers
     * answers only for requests that have the same header. If undefined, the API accepts keys only.
     */
    oidc: OidcSettingsInput | undefined;
    /** Whether CloudWatch keeps a line for each request, with its tenant, address and status. */
    access_log: boolean;
    /** Concurrency of Lambda that only the API may use, and its limit. */
    reserved_concurrency: number | undefined;
    /**
     * Requests that one address may send in five minutes. AWS WAF refuses more, and costs about $7
     * per month. If the setting is undefined, there is no WAF.
     */
    firewall_requests_in_five_minutes: number | undefined;
    /** CIDR ranges that may call the API. If the list is empty, all addresses may call the API. */
    allowed_cidrs: string[];
  };
  tiers: Record<Tier, TierLimits>;
  jobs: {
    timeout_seconds: number;
    memory_mb: number;
    /** Age at which an unfinished job gets the status FAILED. */
    deadline_seconds: number;
    /**
     * Retention time of jobs, of their record lists, and of texts that are too long for the stream. The
     * inputs of jobs are deleted when the jobs are over.
     */
    retention_seconds: number;
    /** Lifetime of an upload URL, at most an hour. */
    upload_url_ttl_seconds: number;
    /** Largest file that a caller may upload as the input of a job, at most 5 GiB. */
    max_upload_bytes: number;
  };
  callbacks: { timeout_seconds: number; memory_mb: number };
  /**
   * The function that evaluates the alerts on traffic each minute. Its timeout must be less than 55 s, after
   * which another run takes over: insight/alerts/traffic/evaluate.ts.
   */
  traffic_alerts: { timeout_seconds: number; memory_mb: number };
  budget_replay: { timeout_seconds: number; memory_mb: number };
  /** The function that does what callers ask of the API: that records are erased or exported. */
  privacy_requests: {
    timeout_seconds: number;
    memory_mb: number;
    /** Days after which the files of an export are deleted. An export takes two days at most. */
    export_days: number;
  };
  /** The function that keeps the table `results` of the lake. */
  keeper: { timeout_seconds: number; memory_mb: number };
  alarms: {
    /**
     * Email addresses that receive alarms. The owner of each address must confirm the subscription.
     */
    emails: string[];
    late_seconds: number;
    bulk_late_seconds: number;
    set_asides_in_five_minutes: number;
    throttles_in_five_minutes: number;
    /** Records that the stream may reject. Producers send them again. */
    rejected_records_in_five_minutes: number;
    /** Longest time that a raw object may wait to be merged into the table `results`. */
    lake_late_seconds: number;
    /** Longest time that a message may wait in a work queue. */
    oldest_message_seconds: number;
    /** Time in which the API must respond to 99 % of all requests. */
    api_latency_ms: number;
    /** Whether the topic has a KMS key of its own, which costs $1 per month. */
    encrypts_topic: boolean;
  };
  /** The service level objectives over 30 days. docs/operations.md, "Service levels", explains them. */
  objectives: {
    /** Share of the API's requests that are not answered with 5xx, in percent. */
    api_available: { percent: number };
    /** Share of the API's requests that are answered within a time, without downloads, in percent. */
    api_fast: { percent: number; within_ms: number };
    /** Share of the minutes in which no live record has waited for longer than a time, in percent. */
    live_records_current: { percent: number; within_seconds: number };
  };
  /** Whether the stack has a dashboard of CloudWatch. An account's first three cost nothing, others $3 per month. */
  has_dashboard: boolean;
  audit: {
    /**
     * Mode of the object lock of the audit trail. With `governance`, a principal with the permission
     * s3:BypassGovernanceRetention can delete entries. With `compliance`, no principal can delete them
     * before `retention_days` are over, not even the root user, so that the bucket stays that long.
     */
    object_lock: 'governance' | 'compliance';
    /** Time for which entries are locked. They expire after it. */
    retention_days: number;
    /** Time for which reads of texts by the API collect before they are written. At most 300. */
    read_seconds: number;
    /**
     * Calls on objects and tables that CloudTrail logs: of all callers, or of all but the stack's own
     * functions. 100,000 logged calls cost $0.10.
     */
    data_events: 'others' | 'all' | 'none';
    timeout_seconds: number;
    memory_mb: number;
  };
  log_retention_days: number;
}

const DAY_SECONDS = 86_400;

/** Settings of the default environment. See infra/environment.ts for the others. */
export const settings: Settings = {
  environment: 'dev',
  stack_name: 'AuraStream',
  is_protected: false,
  encryption_key: undefined,
  stream: { retention_hours: 24 },
  consumer: {
    // Comprehend accepts up to 25 documents of one language in a call. The batch is large because
    // only a large batch contains enough texts of each language to fill the calls. The consumer
    // also waits for slow calls less often than it would with small batches. A batch of distinct
    // texts takes 33 s if four consumers share the quota.
    batch_size: 2_000,
    // The window is at least 1 s. Lambda requires 1 s if a batch can contain more than 10 records.
    window_seconds: 2,
    // The factor is 1 because a larger factor can change the order of aggregated records. With a
    // larger factor, Lambda orders records by the partition key of the KPL aggregate and ignores
    // the partition keys of the records in the aggregate.
    parallelization_factor: 1,
    // Lambda retries a failed batch for hours, because a batch fails only if a service is
    // unavailable. The consumer sets invalid records aside, and therefore invalid records do not
    // make a batch fail. Only the age of the records ends the retries, because AWS does not document
    // how quickly Lambda uses up a number of retries. The age allows an outage of 12 hours and one
    // hour more, in which the consumer works off the records of the outage.
    // Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    max_retries: -1,
    max_record_age_seconds: 13 * 3_600,
    timeout_seconds: 120,
    memory_mb: 1_024,
    // Limits how many connections the AWS SDK opens. The quota ledger limits the call rate.
    analyzer_max_in_flight: 50,
    unwrap: [],
    reserved_concurrency: undefined,
  },
  bulk_consumer: {
    // Live records have the first call on the quota. Bulk then gets a tenth, and a batch of distinct
    // texts takes 163 s if four consumers share the tenth. The timeout is more than twice that time,
    // because Lambda delivers a batch that times out again.
    batch_size: 1_000,
    timeout_seconds: 600,
    reserved_concurrency: undefined,
  },
  analysis: {
    analyzer: 'comprehend',
    cache_ttl_seconds: 30 * DAY_SECONDS,
    cache_memory_entries: 50_000,
    max_in_flight: 4,
    default_language: 'en',
    neutral_ids: true,
  },
  quotas: {
    comprehend: {
      calls_per_second: 10,
      // The rate is 2 % below the quota of BatchDetectSentiment, because the clocks of the
      // consumers differ and calls take different times to Comprehend.
      consumers_calls_per_second: 9.8,
      // A stream in on-demand mode starts with 4 shards, and therefore has 4 consumers. Together the
      // 8 consumers of both streams stay within the limit, and bulk gets about a tenth of it.
      fallback_calls_per_second: { live: 2.2, bulk: 0.24 },
      // DetectSentiment, as far as AWS has published the quota of a new account.
      // Source: https://docs.aws.amazon.com/general/latest/gr/comprehend.html
      sync: { calls_per_second: 20, api_calls_per_second: 19.6, fallback_calls_per_second: 1 },
    },
  },
  privacy_quota: {
    // The quota of a new account, as far as AWS has published it.
    // Source: https://docs.aws.amazon.com/general/latest/gr/comprehend.html
    calls_per_second: 20,
    used_calls_per_second: 19.6,
    // The 8 consumers of both streams take half of the quota together, and the API the rest.
    fallback_calls_per_second: { live: 2, bulk: 0.5, api: 0.5 },
  },
  budgets: {
    units_per_tenant: 10_000_000,
    units_by_tenant: {},
    units_per_deployment: 30_000_000,
    account_usd_per_month: 5_000,
  },
  results: { ttl_seconds: 90 * DAY_SECONDS },
  // Such as `{ by_tenant: { acme: 60 }, by_source: { 'acme/tickets': 7 } }`.
  retention: { by_tenant: {}, by_source: {} },
  privacy: {
    // `comprehend` and `both` also send texts in English and Spanish to DetectPiiEntities.
    engine: 'local',
    placeholders: 'types',
    policy: 'redact',
    stored_text: 'redacted',
    // Such as `{ acme: { stored_text: 'none' } }`.
    by_tenant: {},
    // Such as `{ 'acme/tickets': { policy: 'detect', stored_text: 'full' } }`.
    by_source: {},
  },
  // A batch of records of ten years writes about 2,000 rows, which takes a few seconds.
  counts: { batch_size: 1_000, window_seconds: 2, timeout_seconds: 120, memory_mb: 512 },
  // A batch takes 0.3 s of CPU time and 40 calls of 25 items, which is one to two seconds.
  history: { batch_size: 1_000, window_seconds: 2, timeout_seconds: 60, memory_mb: 512 },
  lake: {
    buffer_seconds: 60,
    buffer_mb: 64,
    raw_days: 30,
    merge_seconds: 300,
    snapshot_days: 1,
    max_scanned_gb_per_query: 100,
    infrequent_access_days: undefined,
  },
  set_asides_days: 80,
  failures_days: 14,
  unreadable_days: 14,
  deleted_objects_days: 7,
  api: {
    stage: 'v1',
    timeout_seconds: 25,
    memory_mb: 1_024,
    each_method: { requests_per_second: 1_000, burst_requests: 2_000 },
    open_method: { requests_per_second: 10, burst_requests: 20 },
    // A download that is read slowly, or whose caller has gone, runs for up to 900 s. Downloads that
    // start at this rate then take 20 + 0.5 · 900 = 470 of an account's concurrency of 1,000. No
    // concurrency is reserved, because an account whose concurrency is 10 cannot reserve any.
    download: {
      memory_mb: 1_024,
      method: { requests_per_second: 0.5, burst_requests: 20 },
      reserved_concurrency: undefined,
    },
    preflight_method: { requests_per_second: 100, burst_requests: 200 },
    cors_origins: [],
    serves_docs: true,
    serves_dashboard: true,
    minimum_compression_bytes: 1_024,
    oidc: undefined,
    access_log: true,
    reserved_concurrency: undefined,
    firewall_requests_in_five_minutes: undefined,
    allowed_cidrs: [],
  },
  tiers: {
    starter: {
      requests_per_second: 5,
      burst_requests: 10,
      requests_per_month: 100_000,
      open_job_records: 1_000_000,
    },
    growth: {
      requests_per_second: 25,
      burst_requests: 50,
      requests_per_month: 1_000_000,
      open_job_records: 5_000_000,
    },
    professional: {
      requests_per_second: 100,
      burst_requests: 200,
      requests_per_month: 10_000_000,
      open_job_records: 20_000_000,
    },
    enterprise: {
      requests_per_second: 500,
      burst_requests: 1_000,
      requests_per_month: 100_000_000,
      open_job_records: 100_000_000,
    },
  },
  jobs: {
    // If a submission takes longer, the function continues the submission with the next message. If
    // the function crashes, the sweeper sends another message.
    timeout_seconds: 120,
    memory_mb: 512,
    deadline_seconds: DAY_SECONDS,
    retention_seconds: 30 * DAY_SECONDS,
    upload_url_ttl_seconds: 3_600,
    max_upload_bytes: 5 * 1024 ** 3,
  },
  // The receiver of a callback has 30 s to respond. The timeout is longer than the 30 s.
  callbacks: { timeout_seconds: 45, memory_mb: 256 },
  traffic_alerts: { timeout_seconds: 50, memory_mb: 256 },
  // The timeout is shorter than the 15 minutes between two runs.
  budget_replay: { timeout_seconds: 600, memory_mb: 512 },
  privacy_requests: { timeout_seconds: 900, memory_mb: 1_024, export_days: 7 },
  // A statement takes a few minutes at most. The timeout is the longest that Lambda allows.
  keeper: { timeout_seconds: 900, memory_mb: 1_024 },
  alarms: {
    emails: [],
    late_seconds: 300,
    // Jobs keep up to half an hour of work on the bulk stream.
    bulk_late_seconds: 3_600,
    set_asides_in_five_minutes: 100,
    throttles_in_five_minutes: 100,
    rejected_records_in_five_minutes: 100,
    // A callback waits up to 15 minutes for its next attempt.
    oldest_message_seconds: 1_800,
    lake_late_seconds: 3_600,
    api_latency_ms: 10_000,
    encrypts_topic: false,
  },
  objectives: {
    api_available: { percent: 99.9 },
    // Most answers take less than 0.2 s. A synchronous analysis waits for Comprehend, and for its quota.
    api_fast: { percent: 99, within_ms: 2_000 },
    // A batch of distinct texts takes 33 s if four consumers share the quota.
    live_records_current: { percent: 99, within_seconds: 60 },
  },
  has_dashboard: true,
  audit: {
    object_lock: 'governance',
    retention_days: 400,
    read_seconds: 30,
    data_events: 'others',
    // The seal of a day reads all of its objects, at most about 6,000.
    timeout_seconds: 300,
    memory_mb: 512,
  },
  log_retention_days: 30,
};
