import {
  type aws_iam as iam,
  type aws_kinesis as kinesis,
  aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Traffic } from '../../schemas/index.ts';
import type { Settings } from '../settings.ts';
import {
  ANALYSIS_ASSETS,
  analysisEnvironment,
  analysisGrants,
  searchEnvironment,
} from './analysis.ts';
import { createFunction } from './handler.ts';
import type { Ingest } from './ingest.ts';
import { CLAIMS_PREFIX, type Jobs } from './jobs.ts';
import type { Lake } from './lake.ts';
import { writeRetention } from './retention.ts';
import type { Tables } from './tables.ts';

interface ConsumerProps {
  traffic: Traffic;
  /** The stream that the consumer reads. */
  stream: kinesis.CfnStream;
  /** Description of the function in the AWS console. */
  description: string;
  batch_size: number;
  timeout_seconds: number;
  reserved_concurrency: number | undefined;
  settings: Settings;
  ingest: Ingest;
  tables: Tables;
  lake: Lake;
  jobs: Jobs;
}

/**
 * Consumer of one stream. A Lambda function creates results from the records of the stream. An
 * event source mapping calls the function. Each stream has a function of its own. Therefore each has
 * its own concurrency, timeout, environment and metrics of Lambda, and a bulk load that fails or
 * times out leaves the live records alone.
 */
export class Consumer extends Construct {
  readonly handler: lambda.Function & { role: iam.Role };
  readonly mapping_id: string;

  constructor(scope: Construct, id: string, props: ConsumerProps) {
    super(scope, id);
    const { settings, ingest, tables, lake, jobs } = props;
    const quota = settings.quotas[settings.analysis.analyzer];
    this.handler = createFunction(this, 'Handler', {
      settings,
      entry: 'processors/stream/handler.ts',
      description: props.description,
      assets: ANALYSIS_ASSETS,
      memory_mb: settings.consumer.memory_mb,
      timeout_seconds: props.timeout_seconds,
      reserved_concurrency: props.reserved_concurrency,
      environment: {
        ...analysisEnvironment(settings, tables),
        ...searchEnvironment(settings, props.traffic),
        TRAFFIC: props.traffic,
        ANALYZER_MAX_IN_FLIGHT: String(settings.consumer.analyzer_max_in_flight),
        ANALYZER_CALLS_PER_SECOND: String(quota.consumers_calls_per_second),
        ANALYZER_FALLBACK_CALLS_PER_SECOND: String(quota.fallback_calls_per_second[props.traffic]),
        RESULTS_TABLE: tables.results.tableName,
        RESULTS_TTL_SECONDS: String(settings.results.ttl_seconds),
        RETENTION: writeRetention(settings),
        DELIVERY_STREAM: lake.delivery_stream.ref,
        SET_ASIDE_BUCKET: ingest.set_aside_bucket.bucketName,
        RESTORE_KEY_ARN: ingest.restore_key.secretArn,
        UNWRAP: settings.consumer.unwrap.join(),
        ENVIRONMENT: settings.environment,
        JOBS_TABLE: jobs.table.tableName,
        INPUT_BUCKET: jobs.input_bucket.bucketName,
        CALLBACK_QUEUE_URL: jobs.callback_queue.queueUrl,
      },
      grants: [
        ...analysisGrants(settings, tables, 'stream'),
        ...deliveryGrants(props),
        ...jobGrants(jobs),
        ...sourceGrants(props),
      ],
    });
    this.mapping_id = this.mapping(props);
  }

  private mapping({ settings, ingest, stream, batch_size }: ConsumerProps): string {
    const { consumer } = settings;
    const mapping = new lambda.CfnEventSourceMapping(this, 'Mapping', {
      functionName: this.handler.functionName,
      eventSourceArn: stream.attrArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: batch_size,
      maximumBatchingWindowInSeconds: consumer.window_seconds,
      parallelizationFactor: consumer.parallelization_factor,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: consumer.max_retries,
      maximumRecordAgeInSeconds: consumer.max_record_age_seconds,
      functionResponseTypes: ['ReportBatchItemFailures'],
      // Publishes the counts of events, because the alarm BatchesGivenUp needs the number of events
      // that Lambda stopped retrying.
      metricsConfig: { metrics: ['EventCount'] },
      destinationConfig: { onFailure: { destination: ingest.failure_bucket.bucketArn } },
    });
    // The role must exist before the mapping, because Lambda checks during the creation of the
    // mapping whether the role may read the stream.
    mapping.node.addDependency(this.handler.role);
    return mapping.ref;
  }
}

function deliveryGrants({ ingest, tables, lake }: ConsumerProps) {
  return [
    {
      actions: ['dynamodb:PartiQLInsert', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      resources: [tables.results.tableArn],
    },
    { actions: ['firehose:PutRecordBatch'], resources: [lake.delivery_stream.attrArn] },
    { actions: ['s3:PutObject'], resources: [ingest.set_aside_bucket.arnForObjects('*')] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [ingest.restore_key.secretArn] },
  ];
}

function jobGrants(jobs: Jobs) {
  return [
    {
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [jobs.table.tableArn],
    },
    {
      actions: ['s3:GetObject'],
      resources: [jobs.input_bucket.arnForObjects(`${CLAIMS_PREFIX}*`)],
    },
    { actions: ['s3:ListBucket'], resources: [jobs.input_bucket.bucketArn] },
    { actions: ['sqs:SendMessage'], resources: [jobs.callback_queue.queueArn] },
  ];
}

/**
 * Returns the IAM permissions that the event source mapping needs. Lambda reads the stream and
 * writes failed batches to S3 with the role of the function.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 * and https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
function sourceGrants({ ingest, stream }: ConsumerProps) {
  return [
    {
      actions: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
      ],
      resources: [stream.attrArn],
    },
    { actions: ['s3:PutObject'], resources: [ingest.failure_bucket.arnForObjects('*')] },
    { actions: ['s3:ListBucket'], resources: [ingest.failure_bucket.bucketArn] },
  ];
}
