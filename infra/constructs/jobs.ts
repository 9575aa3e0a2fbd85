import {
  CfnParameter,
  Duration,
  aws_dynamodb as dynamodb,
  type aws_lambda as lambda,
  RemovalPolicy,
  Stack,
  type aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import type { Settings } from '../settings.ts';
import { handlerFunction } from './handler.ts';
import type { Ingest } from './ingest.ts';
import { jobRules } from './job-rules.ts';
import { privateBucket } from './private-bucket.ts';
import { feedFromQueue, queueGrants, workQueue } from './work-queue.ts';

const { STRING } = dynamodb.AttributeType;

/** Folder of texts too long for the stream, in the bucket of the jobs' inputs: both expire. */
export const CLAIMS_PREFIX = 'claims/';

/** What jobs are kept in, what submits them, and what calls back. */
export class Jobs extends Construct {
  readonly table: dynamodb.Table;
  readonly input_bucket: s3.Bucket;
  readonly queue: sqs.Queue;
  readonly callback_queue: sqs.Queue;
  readonly callback_secret: secretsmanager.Secret;
  /** `true` opens callbacks to loopback and plain HTTP: for trying them out on one machine. */
  readonly allow_loopback: string;

  constructor(scope: Construct, id: string, props: { settings: Settings; ingest: Ingest }) {
    super(scope, id);
    const { settings, ingest } = props;
    this.table = this.jobsTable();
    this.input_bucket = this.inputBucket(settings);
    this.queue = workQueue(this, 'Queue', settings.jobs.timeout_seconds);
    this.callback_queue = workQueue(this, 'Callbacks', settings.callbacks.timeout_seconds);
    this.callback_secret = new secretsmanager.Secret(this, 'CallbackSecret', {
      description: 'Signs callbacks: each tenant has a key derived from it',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.allow_loopback = new CfnParameter(Stack.of(this), 'CallbackAllowLoopback', {
      type: 'String',
      default: 'false',
      allowedValues: ['true', 'false'],
      description:
        'Whether callbacks may go to loopback addresses over plain HTTP: for tests only.',
    }).valueAsString;
    jobRules(this, { bucket: this.input_bucket, queue: this.queue, prefix: INPUTS_PREFIX });
    this.submission(settings, ingest);
    this.callbacks(settings);
  }

  private jobsTable(): dynamodb.Table {
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'job_id', type: STRING },
      sortKey: { name: 'part', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'by_tenant',
      partitionKey: { name: 'tenant', type: STRING },
      sortKey: { name: 'created_sort', type: STRING },
    });
    // Sparse: only jobs that somebody has to look after are in it.
    table.addGlobalSecondaryIndex({
      indexName: 'by_due',
      partitionKey: { name: 'due_shard', type: STRING },
      sortKey: { name: 'due_at', type: STRING },
    });
    return table;
  }

  private inputBucket(settings: Settings): s3.Bucket {
    const expiration = Duration.seconds(settings.jobs.retention_seconds);
    const bucket = privateBucket(this, 'Inputs', [
      { prefix: INPUTS_PREFIX, expiration },
      { prefix: CLAIMS_PREFIX, expiration },
    ]);
    // Not enableEventBridgeNotification(): that takes a function of CDK's own to set what is a property.
    (bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  private submission(settings: Settings, ingest: Ingest): lambda.Function {
    const handler = handlerFunction(this, 'Submission', {
      settings,
      entry: 'ingest/submission/handler.ts',
      description: 'Puts the records of jobs on the stream, and looks after jobs that are due',
      memory_mb: settings.jobs.memory_mb,
      timeout_seconds: settings.jobs.timeout_seconds,
      environment: {
        STREAM_NAME: ingest.stream.ref,
        JOBS_TABLE: this.table.tableName,
        INPUT_BUCKET: this.input_bucket.bucketName,
        JOBS_QUEUE_URL: this.queue.queueUrl,
        CALLBACK_QUEUE_URL: this.callback_queue.queueUrl,
      },
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          resources: [this.table.tableArn],
        },
        { actions: ['dynamodb:Query'], resources: [`${this.table.tableArn}/index/by_due`] },
        {
          actions: ['s3:GetObject'],
          resources: [this.input_bucket.arnForObjects(`${INPUTS_PREFIX}*`)],
        },
        {
          actions: ['s3:PutObject'],
          resources: [this.input_bucket.arnForObjects(`${CLAIMS_PREFIX}*`)],
        },
        // Without it S3 says of what is not there that it is forbidden.
        { actions: ['s3:ListBucket'], resources: [this.input_bucket.bucketArn] },
        { actions: ['kinesis:PutRecords'], resources: [ingest.stream.attrArn] },
        {
          actions: ['sqs:SendMessage'],
          resources: [this.queue.queueArn, this.callback_queue.queueArn],
        },
        queueGrants(this.queue),
      ],
    });
    feedFromQueue(this, 'SubmissionFeed', { handler, queue: this.queue, concurrency: 5 });
    return handler;
  }

  private callbacks(settings: Settings): lambda.Function {
    const handler = handlerFunction(this, 'Callback', {
      settings,
      entry: 'jobs/callbacks/handler.ts',
      description: 'Tells who asked for it that a job is over',
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
        queueGrants(this.callback_queue),
      ],
    });
    feedFromQueue(this, 'CallbackFeed', { handler, queue: this.callback_queue, concurrency: 10 });
    return handler;
  }
}
