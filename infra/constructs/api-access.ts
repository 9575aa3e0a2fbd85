import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import { REQUESTS_PREFIX } from '../../schemas/privacy-key.ts';
import { RECORD_LISTS_PREFIX } from '../../schemas/record-list.ts';
import type { Settings } from '../settings.ts';
import type { Alerts } from './alerts.ts';
import { analysisEnvironment, analysisGrants, searchEnvironment } from './analysis.ts';
import type { Audit } from './audit.ts';
import type { Ingest } from './ingest.ts';
import { CLAIMS_PREFIX, type Jobs } from './jobs.ts';
import { ERASURES_PREFIX, type Privacy } from './privacy.ts';
import { LISTING_INDEXES, type Tables } from './tables.ts';

/** Settings and parts of the stack that the API uses. */
export interface ApiUses {
  settings: Settings;
  ingest: Ingest;
  tables: Tables;
  jobs: Jobs;
  audit: Audit;
  alerts: Alerts;
  privacy: Privacy;
}

/** Roles whose sessions sign URLs. */
interface SigningRoles {
  upload_role_arn: string;
  download_role_arn: string;
}

export function apiEnvironment(
  { settings, ingest, tables, jobs, audit, alerts, privacy }: ApiUses,
  { upload_role_arn, download_role_arn }: SigningRoles,
) {
  const quota = settings.quotas[settings.analysis.analyzer];
  return {
    ...analysisEnvironment(settings, tables),
    ...searchEnvironment(settings, 'api'),
    ANALYZER_CALLS_PER_SECOND: String(quota.sync.api_calls_per_second),
    ANALYZER_FALLBACK_CALLS_PER_SECOND: String(quota.sync.fallback_calls_per_second),
    STREAM_NAME: ingest.stream.ref,
    RESULTS_TABLE: tables.results.tableName,
    JOBS_TABLE: jobs.table.tableName,
    INPUT_BUCKET: jobs.input_bucket.bucketName,
    COUNTS_TABLE: tables.counts.tableName,
    HISTORY_TABLE: tables.history.tableName,
    ALERTS_TABLE: tables.alerts.tableName,
    ALERT_QUEUE_URL: alerts.queue.queueUrl,
    AUDIT_QUEUE_URL: audit.queue.queueUrl,
    PRIVACY_QUEUE_URL: privacy.queue.queueUrl,
    SET_ASIDE_BUCKET: ingest.set_aside_bucket.bucketName,
    FAILURE_BUCKET: ingest.failure_bucket.bucketName,
    BULK_STREAM_NAME: ingest.bulk_stream.ref,
    RESTORE_KEY_ARN: ingest.restore_key.secretArn,
    ANALYZER_QUOTA_CALLS_PER_SECOND: String(quota.calls_per_second),
    JOB_DEADLINE_SECONDS: String(settings.jobs.deadline_seconds),
    JOB_RETENTION_SECONDS: String(settings.jobs.retention_seconds),
    UPLOAD_URL_TTL_SECONDS: String(settings.jobs.upload_url_ttl_seconds),
    MAX_UPLOAD_BYTES: String(settings.jobs.max_upload_bytes),
    UPLOAD_ROLE_ARN: upload_role_arn,
    DOWNLOAD_ROLE_ARN: download_role_arn,
    CALLBACK_ALLOW_LOOPBACK: jobs.allow_loopback,
    CORS_ORIGINS: settings.api.cors_origins.join(),
    SERVES_DOCS: String(settings.api.serves_docs),
    SERVES_DASHBOARD: String(settings.api.serves_dashboard),
  };
}

export function apiGrants(
  { settings, ingest, tables, jobs, audit, alerts, privacy }: ApiUses,
  { upload_role_arn, download_role_arn }: SigningRoles,
) {
  const { set_aside_bucket } = ingest;
  return [
    { actions: ['sts:AssumeRole'], resources: [upload_role_arn, download_role_arn] },
    {
      actions: ['sqs:SendMessage'],
      resources: [audit.queue.queueArn, alerts.queue.queueArn, privacy.queue.queueArn],
    },
    {
      actions: ['s3:PutObject', 's3:GetObject'],
      resources: [set_aside_bucket.arnForObjects(`${REQUESTS_PREFIX}*`)],
    },
    {
      actions: ['s3:GetObject'],
      resources: [set_aside_bucket.arnForObjects(`${ERASURES_PREFIX}*`)],
    },
    // Without the grant to list, S3 responds with 403 instead of 404 for a request that does not exist.
    {
      actions: ['s3:ListBucket'],
      resources: [set_aside_bucket.bucketArn, ingest.failure_bucket.bucketArn],
    },
    ...setAsideGrants(ingest),
    ...analysisGrants(settings, tables, 'sync'),
    {
      actions: ['kinesis:PutRecords', 'kinesis:DescribeStreamSummary'],
      resources: [ingest.stream.attrArn],
    },
    {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      resources: [tables.results.tableArn],
    },
    {
      actions: ['dynamodb:Query'],
      resources: Object.keys(LISTING_INDEXES).map(
        (name) => `${tables.results.tableArn}/index/${name}`,
      ),
    },
    { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [tables.counts.tableArn] },
    { actions: ['dynamodb:Query'], resources: [tables.history.tableArn] },
    {
      actions: [
        ...['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
        ...['dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      ],
      resources: [tables.alerts.tableArn],
    },
    {
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [jobs.table.tableArn],
    },
    { actions: ['dynamodb:Query'], resources: [`${jobs.table.tableArn}/index/by_tenant`] },
    {
      actions: ['s3:PutObject'],
      resources: [INPUTS_PREFIX, CLAIMS_PREFIX].map((prefix) =>
        jobs.input_bucket.arnForObjects(`${prefix}*`),
      ),
    },
    {
      actions: ['s3:GetObject'],
      resources: [RECORD_LISTS_PREFIX, CLAIMS_PREFIX].map((prefix) =>
        jobs.input_bucket.arnForObjects(`${prefix}*`),
      ),
    },
    { actions: ['s3:ListBucket'], resources: [jobs.input_bucket.bucketArn] },
  ];
}

/** Lets the API read set-asides, and put their records on the bulk stream again. */
function setAsideGrants({ set_aside_bucket, bulk_stream, restore_key }: Ingest) {
  const objects = (prefix: string) => set_aside_bucket.arnForObjects(`${prefix}*`);
  return [
    { actions: ['s3:GetObject'], resources: ['set-asides/', 'over-budget/'].map(objects) },
    { actions: ['s3:GetObject', 's3:PutObject'], resources: [objects('restored/')] },
    { actions: ['kinesis:PutRecords'], resources: [bulk_stream.attrArn] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [restore_key.secretArn] },
  ];
}
