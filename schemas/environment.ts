import * as z from 'zod';
import { ANALYZER_NAMES } from './analyzers.ts';
import { tier, tierLimitsSchema } from './api-key.ts';
import { budgetLimitsSchema } from './budget.ts';
import { ENVELOPE_NAMES } from './envelopes.ts';
import { translateIssues } from './issues.ts';
import { oidcSettingsSchema } from './oidc.ts';
import { privacySchema } from './privacy.ts';
import { retentionSchema } from './retention.ts';

const count = z.coerce.number().int().min(1);
const rate = z.coerce.number().positive();
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/**
 * The two kinds of records. Live records come from applications, one at a time. Bulk records come
 * from files and from operations. Each kind has a stream and a consumer of its own.
 */
const TRAFFICS = ['live', 'bulk'] as const;
export type Traffic = (typeof TRAFFICS)[number];

function parseJson(json: string, { addIssue }: { addIssue: (message: string) => void }): unknown {
  try {
    return JSON.parse(json);
  } catch {
    addIssue('is not JSON');
    return z.NEVER;
  }
}

const retention = {
  RETENTION: z
    .string()
    .transform(parseJson)
    .pipe(retentionSchema)
    .describe('How long data of single tenants and sources is kept, as JSON.'),
};

const budgets = {
  QUOTA_TABLE: z.string().min(1).describe('The ledger of quotas and budgets.'),
  BUDGETS: z
    .string()
    .transform(parseJson)
    .pipe(budgetLimitsSchema)
    .describe('Budgets in billed units, as JSON.'),
};

/**
 * Environment variables that the consumer and the API both need for analysis. Each of the two has
 * its own part of the quota ledger.
 */
const analysisEnvironment = {
  ...budgets,
  CACHE_TABLE: z.string().min(1),
  CACHE_TTL_SECONDS: count,
  CACHE_MEMORY_ENTRIES: count,
  ANALYZER: z.enum(ANALYZER_NAMES),
  ANALYZER_MAX_IN_FLIGHT: count.describe('Calls in flight in one execution environment.'),
  ANALYZER_CALLS_PER_SECOND: z.coerce
    .number()
    .positive()
    .describe('Rate of calls that all consumers, or all environments of the API, share.'),
  ANALYZER_FALLBACK_CALLS_PER_SECOND: z.coerce
    .number()
    .positive()
    .describe('Rate of one execution environment while the quota ledger is unavailable.'),
  PRIVACY: z
    .string()
    .transform(parseJson)
    .pipe(privacySchema)
    .describe('The policies for personal data, as JSON.'),
  NEUTRAL_IDS: flag.describe('Whether ids in texts become a neutral number before the analysis.'),
  PRIVACY_CALLS_PER_SECOND: rate
    .optional()
    .describe('Rate of calls that search for personal data, of all functions. Absent without one.'),
  PRIVACY_FALLBACK_CALLS_PER_SECOND: rate
    .optional()
    .describe('Rate of these calls of one environment while the quota ledger is unavailable.'),
  DEFAULT_LANGUAGE: z
    .string()
    .min(2)
    .describe('Language of texts that are too short to detect it.'),
};

/** Environment variables of the consumer. */
export const consumerEnvironmentSchema = z.object({
  ...analysisEnvironment,
  TRAFFIC: z.enum(TRAFFICS).describe('The kind of records on the stream of the consumer.'),
  RESULTS_TABLE: z.string().min(1),
  RESULTS_TTL_SECONDS: count,
  ...retention,
  DELIVERY_STREAM: z.string().min(1),
  SET_ASIDE_BUCKET: z.string().min(1),
  RESTORE_KEY_ARN: z.string().min(1).describe('The key that signs what operators put back.'),
  UNWRAP: z
    .string()
    .transform((list) => list.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(ENVELOPE_NAMES)))
    .describe('Messages of other services whose records are decoded, with commas between them.'),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
  JOBS_TABLE: z.string().min(1),
  INPUT_BUCKET: z.string().min(1),
  CALLBACK_QUEUE_URL: z.url(),
});
export type ConsumerEnvironment = z.infer<typeof consumerEnvironmentSchema>;

/** Environment variables of the API's Lambda function. */
export const apiEnvironmentSchema = z.object({
  ...analysisEnvironment,
  STREAM_NAME: z.string().min(1),
  RESULTS_TABLE: z.string().min(1),
  JOBS_TABLE: z.string().min(1),
  INPUT_BUCKET: z.string().min(1),
  COUNTS_TABLE: z.string().min(1),
  HISTORY_TABLE: z.string().min(1),
  ALERTS_TABLE: z.string().min(1),
  ALERT_QUEUE_URL: z.url(),
  AUDIT_QUEUE_URL: z.url().describe('The queue of the reads for the audit trail.'),
  PRIVACY_QUEUE_URL: z.url().describe('The queue of requests for erasures and exports.'),
  SET_ASIDE_BUCKET: z
    .string()
    .min(1)
    .describe('Has the set-asides, and the requests and the states of erasures.'),
  FAILURE_BUCKET: z.string().min(1),
  BULK_STREAM_NAME: z.string().min(1).describe('The stream on which set-asides are replayed.'),
  RESTORE_KEY_ARN: z.string().min(1).describe('The key that signs what is replayed.'),
  ANALYZER_QUOTA_CALLS_PER_SECOND: z.coerce
    .number()
    .positive()
    .describe('The whole quota of the stream; used to estimate when a job completes.'),
  JOB_DEADLINE_SECONDS: count,
  JOB_RETENTION_SECONDS: count,
  UPLOAD_URL_TTL_SECONDS: count,
  MAX_UPLOAD_BYTES: count,
  UPLOAD_ROLE_ARN: z.string().min(1).describe('The role whose sessions sign upload URLs.'),
  DOWNLOAD_ROLE_ARN: z.string().min(1).describe('The role whose sessions sign URLs of exports.'),
  CALLBACK_ALLOW_LOOPBACK: flag,
  CORS_ORIGINS: z
    .string()
    .transform((list) => list.split(',').filter((origin) => origin !== ''))
    .describe('Origins, with commas between them; `*` stands for every origin.'),
  SERVES_DOCS: flag,
  SERVES_DASHBOARD: flag,
});
export type ApiEnvironment = z.infer<typeof apiEnvironmentSchema>;

/** Environment variables of the Lambda function that streams the results of jobs. */
export const downloadEnvironmentSchema = apiEnvironmentSchema.pick({
  RESULTS_TABLE: true,
  JOBS_TABLE: true,
  INPUT_BUCKET: true,
  AUDIT_QUEUE_URL: true,
  CORS_ORIGINS: true,
});

export type AnalysisEnvironment = z.infer<z.ZodObject<typeof analysisEnvironment>>;

/** Environment variables of the API's authorizer. */
export const authorizerEnvironmentSchema = z.object({
  KEYS_TABLE: z.string().min(1).describe('The states of API keys.'),
  OIDC: z
    .string()
    .transform(parseJson)
    .pipe(oidcSettingsSchema)
    .optional()
    .describe('The issuer whose tokens are accepted, as JSON. If absent, no tokens are.'),
  TIERS: z
    .string()
    .transform((json): unknown => JSON.parse(json))
    .pipe(z.record(tier, tierLimitsSchema)),
});
export type AuthorizerEnvironment = z.infer<typeof authorizerEnvironmentSchema>;

/**
 * Environment variables of the Lambda function that submits jobs and sweeps the jobs that are due.
 */
export const submissionEnvironmentSchema = z.object({
  ...budgets,
  STREAM_NAME: z.string().min(1),
  JOBS_TABLE: z.string().min(1),
  INPUT_BUCKET: z.string().min(1),
  JOBS_QUEUE_URL: z.url(),
  CALLBACK_QUEUE_URL: z.url(),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
  ANALYZER: z.enum(ANALYZER_NAMES),
  ANALYZER_CALLS_PER_SECOND: rate.describe('The part of the quota that all consumers share.'),
  PRIVACY_CALLS_PER_SECOND: rate.optional(),
});

export type SubmissionEnvironment = z.infer<typeof submissionEnvironmentSchema>;

/** Environment variables of the Lambda function that replays records that were over budget. */
export const budgetReplayEnvironmentSchema = z.object({
  STREAM_NAME: z.string().min(1),
  SET_ASIDE_BUCKET: z.string().min(1),
  RESTORE_KEY_ARN: z.string().min(1),
  JOBS_TABLE: z.string().min(1).describe('Contains what the consumers report about their work.'),
  ANALYZER: z.enum(ANALYZER_NAMES),
  ANALYZER_CALLS_PER_SECOND: rate,
  PRIVACY_CALLS_PER_SECOND: rate.optional(),
});
export type BudgetReplayEnvironment = z.infer<typeof budgetReplayEnvironmentSchema>;

/** Environment variables of the Lambda function that does the requests for erasures and exports. */
export const privacyEnvironmentSchema = z.object({
  STACK_NAME: z.string().min(1),
  STREAM_NAME: z.string().min(1),
  BULK_STREAM_NAME: z.string().min(1),
  RESULTS_TABLE: z.string().min(1),
  HISTORY_TABLE: z.string().min(1),
  JOBS_TABLE: z.string().min(1),
  KEEPER_TABLE: z.string().min(1),
  SET_ASIDE_BUCKET: z.string().min(1),
  FAILURE_BUCKET: z.string().min(1),
  INPUT_BUCKET: z.string().min(1),
  LAKE_BUCKET: z.string().min(1),
  DELIVERY_STREAM: z.string().min(1),
  ATHENA_WORKGROUP: z.string().min(1),
  ATHENA_DATABASE: z.string().min(1),
  LAKE_BUFFER_SECONDS: count,
  RESTORE_KEY_ARN: z.string().min(1),
  AUDIT_BUCKET: z.string().min(1),
  AUDIT_KEY_ARN: z.string().min(1).describe('The key that signs the audit trail.'),
  PRIVACY_QUEUE_URL: z.url(),
  MAX_RECEIVES: count.describe('Deliveries after which a message that fails is a dead letter.'),
  EXPORT_DAYS: count.describe('Days after which the files of an export expire.'),
});
export type PrivacyEnvironment = z.infer<typeof privacyEnvironmentSchema>;

/** Environment variables of the Lambda function that counts the changes of the results table. */
export const countsEnvironmentSchema = z.object({
  COUNTS_TABLE: z.string().min(1),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
});

/** Environment variables of the Lambda function that stores replaced versions and reports alerts. */
export const dispatchEnvironmentSchema = z.object({
  HISTORY_TABLE: z.string().min(1),
  LAKE_RAW_DAYS: count,
  ...retention,
  ALERTS_TABLE: z.string().min(1),
  ALERT_QUEUE_URL: z.url(),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
});

/** Environment variables of the Lambda function that sends callbacks. */
export const callbackEnvironmentSchema = z.object({
  JOBS_TABLE: z.string().min(1),
  CALLBACK_QUEUE_URL: z.url(),
  CALLBACK_SECRET_ARN: z.string().min(1),
  CALLBACK_ALLOW_LOOPBACK: flag,
});

/** Environment variables of the Lambda function that sends alerts and digests. */
export const alertsEnvironmentSchema = z.object({
  ALERTS_TABLE: z.string().min(1),
  COUNTS_TABLE: z.string().min(1),
  RESULTS_TABLE: z.string().min(1),
  ALERT_QUEUE_URL: z.url(),
  CALLBACK_SECRET_ARN: z.string().min(1),
  CALLBACK_ALLOW_LOOPBACK: flag,
});

/** Environment variables of the Lambda function that evaluates the alerts on traffic. */
export const trafficAlertsEnvironmentSchema = z.object({
  ALERTS_TABLE: z.string().min(1),
  COUNTS_TABLE: z.string().min(1),
  ALERT_QUEUE_URL: z.url(),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
});

/** Environment variables of the Lambda function that writes reads to the audit trail and seals it. */
export const auditEnvironmentSchema = z.object({
  AUDIT_BUCKET: z.string().min(1),
  AUDIT_KEY_ARN: z.string().min(1).describe('The key that signs the audit trail.'),
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
});

/** Environment variables of the Lambda function that keeps the table `results` of the lake. */
export const keeperEnvironmentSchema = z.object({
  KEEPER_TABLE: z.string().min(1),
  COUNTS_TABLE: z.string().min(1),
  KEEPER_QUEUE_URL: z.url(),
  LAKE_BUCKET: z.string().min(1),
  ATHENA_WORKGROUP: z.string().min(1),
  ATHENA_DATABASE: z.string().min(1),
  // An empty string would become the number 0, which is a valid time.
  LAKE_MERGE_SECONDS: z.string().min(1).transform(Number).pipe(z.int().min(0).max(900)),
  LAKE_RAW_DAYS: count,
  LAKE_SNAPSHOT_DAYS: count,
  ...retention,
  ENVIRONMENT: z.string().min(1).describe('The dimension `environment` of the metrics.'),
});

/**
 * Parses the environment variables of a Lambda function. Each function parses its variables once,
 * when the function starts.
 *
 * @throws {Error} if a variable is missing or wrong. The message names each such variable and never
 * quotes a value.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const wrong = translateIssues(parsed.error).map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`Environment variables are missing or wrong: ${wrong.join('; ')}`);
}
