import { Stack } from 'aws-cdk-lib';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import { RAW_PREFIX } from '../../schemas/lake.ts';
import type { Settings } from '../settings.ts';
import { analysisEnvironment, analysisGrants } from './analysis.ts';
import type { Ingest } from './ingest.ts';
import { CLAIMS_PREFIX, type Jobs } from './jobs.ts';
import { type Lake, QUERY_RESULTS_PREFIX } from './lake.ts';
import { LISTING_INDEXES, type Tables } from './tables.ts';

/** Settings and parts of the stack that the API uses. */
export interface ApiUses {
  settings: Settings;
  ingest: Ingest;
  tables: Tables;
  lake: Lake;
  jobs: Jobs;
}

export function apiEnvironment(
  { settings, ingest, tables, lake, jobs }: ApiUses,
  upload_role_arn: string,
) {
  const quota = settings.quotas[settings.analysis.analyzer];
  return {
    ...analysisEnvironment(settings, tables),
    ANALYZER_CALLS_PER_SECOND: String(quota.sync.api_calls_per_second),
    ANALYZER_FALLBACK_CALLS_PER_SECOND: String(quota.sync.fallback_calls_per_second),
    STREAM_NAME: ingest.stream.ref,
    RESULTS_TABLE: tables.results.tableName,
    JOBS_TABLE: jobs.table.tableName,
    INPUT_BUCKET: jobs.input_bucket.bucketName,
    ATHENA_WORKGROUP: lake.work_group.ref,
    ATHENA_DATABASE: lake.database_name,
    LAKE_BUFFER_SECONDS: lake.buffer_seconds,
    ANALYZER_QUOTA_CALLS_PER_SECOND: String(quota.calls_per_second),
    JOB_DEADLINE_SECONDS: String(settings.jobs.deadline_seconds),
    JOB_RETENTION_SECONDS: String(settings.jobs.retention_seconds),
    UPLOAD_URL_TTL_SECONDS: String(settings.jobs.upload_url_ttl_seconds),
    MAX_UPLOAD_BYTES: String(settings.jobs.max_upload_bytes),
    UPLOAD_ROLE_ARN: upload_role_arn,
    CALLBACK_ALLOW_LOOPBACK: jobs.allow_loopback,
    CORS_ORIGINS: settings.api.cors_origins.join(),
    SERVES_DOCS: String(settings.api.serves_docs),
  };
}

export function apiGrants(
  { settings, ingest, tables, lake, jobs }: ApiUses,
  upload_role_arn: string,
) {
  return [
    { actions: ['sts:AssumeRole'], resources: [upload_role_arn] },
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
    {
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [jobs.table.tableArn],
    },
    { actions: ['dynamodb:Query'], resources: [`${jobs.table.tableArn}/index/by_tenant`] },
    {
      actions: ['s3:PutObject', 's3:GetObject'],
      resources: [jobs.input_bucket.arnForObjects(`${INPUTS_PREFIX}*`)],
    },
    {
      actions: ['s3:PutObject'],
      resources: [jobs.input_bucket.arnForObjects(`${CLAIMS_PREFIX}*`)],
    },
    { actions: ['s3:ListBucket'], resources: [jobs.input_bucket.bucketArn] },
    ...queryGrants(lake),
  ];
}

/**
 * Returns the IAM permissions that a query in Athena needs.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
 */
function queryGrants(lake: Lake) {
  const { partition, region, account } = Stack.of(lake);
  const objects = (prefix: string) => lake.bucket.arnForObjects(`${prefix}*`);
  const glue = (resource: string) => `arn:${partition}:glue:${region}:${account}:${resource}`;
  return [
    {
      actions: [
        'athena:StartQueryExecution',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:GetWorkGroup',
      ],
      resources: [`arn:${partition}:athena:${region}:${account}:workgroup/${lake.work_group.ref}`],
    },
    {
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
      resources: [
        glue('catalog'),
        glue(`database/${lake.database_name}`),
        glue(`table/${lake.database_name}/*`),
      ],
    },
    // Athena reads the lake and writes the results of queries with the permissions of the API. The
    // API cannot write results of records.
    {
      actions: ['s3:GetObject'],
      resources: [RAW_PREFIX, QUERY_RESULTS_PREFIX].map(objects),
    },
    {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [objects(QUERY_RESULTS_PREFIX)],
    },
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [lake.bucket.bucketArn] },
  ];
}
