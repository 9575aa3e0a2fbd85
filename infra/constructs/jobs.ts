import {
  CfnParameter,
  Duration,
  aws_dynamodb as dynamodb,
  aws_lambda as lambda,
  RemovalPolicy,
  Stack,
  type aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import { EXPORTS_PREFIX } from '../../schemas/privacy-key.ts';
import { RECORD_LISTS_PREFIX } from '../../schemas/record-list.ts';
import type { Settings } from '../settings.ts';
import { budgetEnvironment, searchRate } from './analysis.ts';
import { allowUploads } from './cors.ts';
import { createFunction } from './handler.ts';
import type { Ingest } from './ingest.ts';
import { addJobRules } from './job-rules.ts';
import { createPrivateBucket } from './private-bucket.ts';
import type { Tables } from './tables.ts';
import { addQueueFeed, createWorkQueue, receiveGrant } from './work-queue.ts';

const { STRING } = dynamodb.AttributeType;

/**
 * Prefix of the objects that store long texts. A long text is a text that does not fit on the
 * stream. The objects are in the input bucket, because all objects of the input bucket expire.
 */
export const CLAIMS_PREFIX = 'claims/';

/**
 * Least lifetime of long texts, in days. A record that is over budget waits for the end of the month,
 * and is replayed in the days after it.
 */
const LEAST_CLAIM_DAYS = 45;

interface JobsProps {
  settings: Settings;
  ingest: Ingest;
  tables: Tables;
}

/**
 * The jobs table, the input bucket, the queues, and two Lambda functions. One function submits
 * jobs, and the other function sends callbacks.
 */
export class Jobs extends Construct {
  readonly table: dynamodb.Table;
  readonly input_bucket: s3.Bucket;
  readonly queue: sqs.Queue;
  readonly callback_queue: sqs.Queue;
  readonly submission: lambda.Function;
  readonly callback_secret: secretsmanager.Secret;
  /**
   * `true` if callbacks may go to loopback addresses over unencrypted HTTP. A developer can then
   * receive callbacks on the machine on which the embedded cloud runs.
   */
  readonly allow_loopback: string;

  constructor(scope: Construct, id: string, props: JobsProps) {
    super(scope, id);
    const { settings } = props;
    this.table = this.jobsTable(settings);
    this.input_bucket = this.inputBucket(settings);
    this.queue = createWorkQueue(this, 'Queue', settings.jobs.timeout_seconds);
    this.callback_queue = createWorkQueue(this, 'Callbacks', settings.callbacks.timeout_seconds);
    this.callback_secret = new secretsmanager.Secret(this, 'CallbackSecret', {
      description: 'Signs callbacks: the secret of each tenant is derived from it',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.allow_loopback = new CfnParameter(Stack.of(this), 'CallbackAllowLoopback', {
      type: 'String',
      default: 'false',
      allowedValues: ['true', 'false'],
      description:
        'Whether callbacks may go to loopback addresses over plain HTTP. For tests only.',
    }).valueAsString;
    addJobRules(this, { bucket: this.input_bucket, queue: this.queue, prefix: INPUTS_PREFIX });
    this.submission = this.createSubmission(props);
    void this.callbacks(settings);
  }

  /** Returns the names of the resources, as outputs of the stack. */
  outputs(): Record<string, string> {
    return {
      JobsTableName: this.table.tableName,
      InputBucketName: this.input_bucket.bucketName,
      JobsQueueUrl: this.queue.queueUrl,
      CallbackQueueUrl: this.callback_queue.queueUrl,
      CallbackSecretArn: this.callback_secret.secretArn,
    };
  }

  private jobsTable(settings: Settings): dynamodb.Table {
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'job_id', type: STRING },
      sortKey: { name: 'part', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.is_protected,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'by_tenant',
      partitionKey: { name: 'tenant', type: STRING },
      sortKey: { name: 'created_sort', type: STRING },
    });
    // The index contains only the jobs that the sweep must check, because other jobs have no
    // due_shard.
    table.addGlobalSecondaryIndex({
      indexName: 'by_due',
      partitionKey: { name: 'due_shard', type: STRING },
      sortKey: { name: 'due_at', type: STRING },
    });
    return table;
  }

  private inputBucket(settings: Settings): s3.Bucket {
    const { retention_seconds, deadline_seconds } = settings.jobs;
    // The sweeper deletes an input when its job is over. The rule expires what it never finds, such as
    // an input that arrives while the queue is down. S3 rounds up to the next midnight.
    const input_days = Math.ceil(deadline_seconds / 86_400) + 1;
    const claim_seconds = Math.max(retention_seconds, LEAST_CLAIM_DAYS * 86_400);
    const lifecycle = [
      { prefix: INPUTS_PREFIX, expiration: Duration.days(input_days) },
      { prefix: RECORD_LISTS_PREFIX, expiration: Duration.seconds(retention_seconds) },
      { prefix: CLAIMS_PREFIX, expiration: Duration.seconds(claim_seconds) },
      {
        prefix: EXPORTS_PREFIX,
        expiration: Duration.days(settings.privacy_requests.export_days),
      },
    ];
    const bucket = createPrivateBucket(this, 'Inputs', lifecycle, {
      cors: allowUploads(settings.api.cors_origins),
    });
    // Sets the property directly. The method enableEventBridgeNotification() would deploy an
    // additional Lambda function only to set the property.
    (bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  private createSubmission({ settings, ingest, tables }: JobsProps): lambda.Function {
    const quota = settings.quotas[settings.analysis.analyzer];
    const handler = createFunction(this, 'Submission', {
      settings,
      entry: 'ingest/submission/handler.ts',
      description: 'Puts the records of jobs on the bulk stream, and sweeps the jobs that are due',
      memory_mb: settings.jobs.memory_mb,
      timeout_seconds: settings.jobs.timeout_seconds,
      // The function hands a long submission over to its next invocation, through its own queue. The
      // function itself limits the number of handovers: MAX_HOPS in ingest/submission/submit.ts.
      recursive_loop: lambda.RecursiveLoop.ALLOW,
      environment: {
        STREAM_NAME: ingest.bulk_stream.ref,
        JOBS_TABLE: this.table.tableName,
        INPUT_BUCKET: this.input_bucket.bucketName,
        JOBS_QUEUE_URL: this.queue.queueUrl,
        CALLBACK_QUEUE_URL: this.callback_queue.queueUrl,
        ENVIRONMENT: settings.environment,
        ANALYZER: settings.analysis.analyzer,
        ANALYZER_CALLS_PER_SECOND: String(quota.consumers_calls_per_second),
        ...searchRate(settings),
        ...budgetEnvironment(settings, tables),
      },
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          resources: [this.table.tableArn],
        },
        { actions: ['dynamodb:Query'], resources: [`${this.table.tableArn}/index/by_due`] },
        { actions: ['dynamodb:GetItem'], resources: [tables.quota.tableArn] },
        {
          actions: ['s3:GetObject', 's3:DeleteObject'],
          resources: [this.input_bucket.arnForObjects(`${INPUTS_PREFIX}*`)],
        },
        {
          actions: ['s3:PutObject'],
          resources: [CLAIMS_PREFIX, RECORD_LISTS_PREFIX].map((prefix) =>
            this.input_bucket.arnForObjects(`${prefix}*`),
          ),
        },
        // Without this grant, S3 responds with 403 instead of 404 for an object that does not exist.
        { actions: ['s3:ListBucket'], resources: [this.input_bucket.bucketArn] },
        { actions: ['kinesis:PutRecords'], resources: [ingest.bulk_stream.attrArn] },
        {
          actions: ['sqs:SendMessage'],
          resources: [this.queue.queueArn, this.callback_queue.queueArn],
        },
        receiveGrant(this.queue),
      ],
    });
    addQueueFeed(this, 'SubmissionFeed', { handler, queue: this.queue, concurrency: 5 });
    return handler;
  }

  private callbacks(settings: Settings): lambda.Function {
    const handler = createFunction(this, 'Callback', {
      settings,
      entry: 'jobs/callbacks/handler.ts',
      description: 'Sends callbacks for jobs that are final',
      memory_mb: settings.callbacks.memory_mb,
      timeout_seconds: settings.callbacks.timeout_seconds,
      environment: {
        JOBS_TABLE: this.table.tableName,
        CALLBACK_QUEUE_URL: this.callback_queue.queueUrl,
        CALLBACK_SECRET_ARN: this.callback_secret.secretArn,
        CALLBACK_ALLOW_LOOPBACK: this.allow_loopback,
      },
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          resources: [this.table.tableArn],
        },
        {
          actions: ['secretsmanager:GetSecretValue'],
          resources: [this.callback_secret.secretArn],
        },
        { actions: ['sqs:SendMessage'], resources: [this.callback_queue.queueArn] },
        receiveGrant(this.callback_queue),
      ],
    });
    addQueueFeed(this, 'CallbackFeed', { handler, queue: this.callback_queue, concurrency: 10 });
    return handler;
  }
}
