import { aws_lambda as lambda, Stack, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import { RAW_PREFIX } from '../../schemas/lake.ts';
import { EXPORTS_PREFIX, REQUESTS_PREFIX } from '../../schemas/privacy-key.ts';
import type { Settings } from '../settings.ts';
import type { Audit } from './audit.ts';
import { createFunction } from './handler.ts';
import type { Ingest } from './ingest.ts';
import { CLAIMS_PREFIX, type Jobs } from './jobs.ts';
import { type Keeper, statementGrants } from './keeper.ts';
import { type Lake, QUERY_RESULTS_PREFIX, RESULTS_PREFIX } from './lake.ts';
import type { Tables } from './tables.ts';
import { addQueueFeed, createWorkQueue, MAX_RECEIVE_COUNT, receiveGrant } from './work-queue.ts';

/** Prefix of the reports in the bucket of set-asides. See aws/s3/erasable-objects.ts. */
export const ERASURES_PREFIX = 'erasures/';
/** Prefix of the reports that Lambda writes to its failure destination. */
const FAILURES_PREFIX = 'aws/lambda/';
/** Time for which a message is kept, in days. It may name a person. */
const MESSAGE_DAYS = 1;

interface PrivacyProps {
  settings: Settings;
  ingest: Ingest;
  tables: Tables;
  lake: Lake;
  jobs: Jobs;
  audit: Audit;
  keeper: Keeper;
}

/**
 * Does what callers with the right `admin` ask the API for: erasures and exports. The API puts a message on the queue,
 * and the function works on it in slices of one invocation, each begun by a message of its own.
 */
export class Privacy extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, props: PrivacyProps) {
    super(scope, id);
    const { timeout_seconds } = props.settings.privacy_requests;
    this.queue = createWorkQueue(this, 'Queue', timeout_seconds, MESSAGE_DAYS);
    const handler = this.createHandler(props);
    addQueueFeed(this, 'Feed', { handler, queue: this.queue, concurrency: 2 });
  }

  private createHandler(props: PrivacyProps) {
    const { settings } = props;
    const { export_days, ...size } = settings.privacy_requests;
    return createFunction(this, 'Handler', {
      settings,
      entry: 'operations/privacy/handler.ts',
      description: 'Erases and exports records of all stores, as callers with the right admin ask',
      ...size,
      // The function hands long work over to its next invocation, through its own queue. It limits
      // the number of handovers itself: MAX_HOPS in operations/privacy/handle-request.ts.
      recursive_loop: lambda.RecursiveLoop.ALLOW,
      environment: {
        ...listEnvironment(props),
        PRIVACY_QUEUE_URL: this.queue.queueUrl,
        MAX_RECEIVES: String(MAX_RECEIVE_COUNT),
        EXPORT_DAYS: String(export_days),
      },
      grants: [...listGrants(props), ...queueGrants(this.queue)],
    });
  }
}

function listEnvironment({ ingest, tables, lake, jobs, audit, keeper }: PrivacyProps) {
  return {
    STACK_NAME: Stack.of(lake).stackName,
    STREAM_NAME: ingest.stream.ref,
    BULK_STREAM_NAME: ingest.bulk_stream.ref,
    RESULTS_TABLE: tables.results.tableName,
    HISTORY_TABLE: tables.history.tableName,
    JOBS_TABLE: jobs.table.tableName,
    KEEPER_TABLE: keeper.table.tableName,
    SET_ASIDE_BUCKET: ingest.set_aside_bucket.bucketName,
    FAILURE_BUCKET: ingest.failure_bucket.bucketName,
    INPUT_BUCKET: jobs.input_bucket.bucketName,
    LAKE_BUCKET: lake.bucket.bucketName,
    DELIVERY_STREAM: lake.delivery_stream.ref,
    ATHENA_WORKGROUP: lake.work_group.ref,
    ATHENA_DATABASE: lake.database_name,
    LAKE_BUFFER_SECONDS: lake.buffer_seconds,
    RESTORE_KEY_ARN: ingest.restore_key.secretArn,
    AUDIT_BUCKET: audit.bucket.bucketName,
    AUDIT_KEY_ARN: audit.key.secretArn,
  };
}

function listGrants(props: PrivacyProps) {
  return [
    { actions: ['cloudformation:GetTemplate'], resources: [Stack.of(props.lake).stackId] },
    ...rowGrants(props),
    ...objectGrants(props),
    ...lakeGrants(props),
    ...statementGrants(props.lake, { may_create: false }),
    ...auditGrants(props.audit),
  ];
}

function queueGrants(queue: sqs.Queue) {
  return [{ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }, receiveGrant(queue)];
}

const s3 = (names: string[], ...resources: string[]) => ({
  actions: names.map((name) => `s3:${name}`),
  resources,
});

function rowGrants({ ingest, tables, jobs, keeper, lake }: PrivacyProps) {
  const dynamodb = (names: string[], resource: string) => ({
    actions: names.map((name) => `dynamodb:${name}`),
    resources: [resource],
  });
  const stream_actions = ['ListShards', 'GetShardIterator', 'GetRecords', 'PutRecord'];
  return [
    dynamodb(
      ['Scan', 'GetItem', 'BatchGetItem', 'PartiQLInsert', 'PutItem'],
      tables.results.tableArn,
    ),
    dynamodb(['Query', 'BatchWriteItem'], tables.history.tableArn),
    dynamodb(['Query'], jobs.table.tableArn),
    dynamodb(['Query'], `${jobs.table.tableArn}/index/by_tenant`),
    dynamodb(['GetItem', 'UpdateItem', 'Query'], keeper.table.tableArn),
    { actions: ['firehose:PutRecordBatch'], resources: [lake.delivery_stream.attrArn] },
    {
      actions: stream_actions.map((name) => `kinesis:${name}`),
      resources: [ingest.stream.attrArn, ingest.bulk_stream.attrArn],
    },
    { actions: ['secretsmanager:GetSecretValue'], resources: [ingest.restore_key.secretArn] },
  ];
}

function objectGrants({ ingest, jobs, lake }: PrivacyProps) {
  const { set_aside_bucket, failure_bucket } = ingest;
  const set_asides = ['set-asides/', 'over-budget/', 'unreadable/'].map((prefix) =>
    set_aside_bucket.arnForObjects(`${prefix}*`),
  );
  const failures = failure_bucket.arnForObjects(`${FAILURES_PREFIX}*`);
  const inputs = jobs.input_bucket;
  return [
    s3(
      ['GetObject', 'PutObject'],
      ...[ERASURES_PREFIX, REQUESTS_PREFIX].map((prefix) =>
        set_aside_bucket.arnForObjects(`${prefix}*`),
      ),
    ),
    s3(['GetObject', 'DeleteObject', 'DeleteObjectVersion'], ...set_asides),
    s3(['GetObject', 'PutObject', 'DeleteObject', 'DeleteObjectVersion'], failures),
    s3(
      ['GetObject', 'DeleteObject'],
      ...[INPUTS_PREFIX, CLAIMS_PREFIX].map((prefix) => inputs.arnForObjects(`${prefix}*`)),
    ),
    s3(['PutObject', 'DeleteObject'], inputs.arnForObjects(`${EXPORTS_PREFIX}*`)),
    s3(
      ['ListBucket', 'ListBucketVersions'],
      ...[set_aside_bucket, failure_bucket, lake.bucket].map(({ bucketArn }) => bucketArn),
    ),
    s3(['ListBucket'], inputs.bucketArn),
  ];
}

/** Athena reads and writes the files of the lake with the permissions of the function. */
function lakeGrants({ lake: { bucket } }: PrivacyProps) {
  const [raw = '', results = '', query_results = ''] = [
    RAW_PREFIX,
    RESULTS_PREFIX,
    QUERY_RESULTS_PREFIX,
  ].map((prefix) => bucket.arnForObjects(`${prefix}*`));
  return [
    s3(['GetObject', 'PutObject', 'AbortMultipartUpload'], raw, results, query_results),
    s3(['DeleteObjectVersion'], raw, query_results),
    s3(['DeleteObject'], results, query_results),
    s3(['GetBucketLocation'], bucket.bucketArn),
  ];
}

function auditGrants({ bucket, key }: Audit) {
  return [
    { actions: ['s3:PutObject', 's3:GetObject'], resources: [bucket.arnForObjects('entries/*')] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [key.secretArn] },
  ];
}
