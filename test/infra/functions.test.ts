import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

let template: Template;
beforeAll(() => {
  template = synthesize();
});

const analysis = {
  CACHE_TABLE: 'TablesCache',
  CACHE_TTL_SECONDS: '2592000',
  CACHE_MEMORY_ENTRIES: '50000',
  DEFAULT_LANGUAGE: 'en',
  ANALYZER: 'comprehend',
};

it.each([
  [
    'ConsumerHandler',
    { memory: 1_024, timeout: 120 },
    {
      ...analysis,
      ANALYZER_MAX_IN_FLIGHT: '50',
      ANALYZER_CALLS_PER_SECOND: '9.8',
      ANALYZER_FALLBACK_CALLS_PER_SECOND: '2.4',
      QUOTA_TABLE: 'TablesQuota',
      RESULTS_TABLE: 'TablesResults',
      RESULTS_TTL_SECONDS: '7776000',
      DELIVERY_STREAM: 'LakeDeliveryStream',
      RESTORE_KEY_ARN: 'IngestRestoreKey',
      SET_ASIDE_BUCKET: 'IngestSetAsides',
      TEXT_POLICY: 'full',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      CALLBACK_QUEUE_URL: 'JobsCallbacks',
    },
  ],
  [
    'ApiHandler',
    { memory: 1_024, timeout: 25 },
    {
      ...analysis,
      ANALYZER_MAX_IN_FLIGHT: '4',
      ANALYZER_QUOTA_CALLS_PER_SECOND: '10',
      STREAM_NAME: 'IngestStream',
      RESULTS_TABLE: 'TablesResults',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      ATHENA_WORKGROUP: 'LakeWorkGroup',
      ATHENA_DATABASE: 'aurastream',
      LAKE_BUFFER_SECONDS: 'LakeBufferSeconds',
      JOB_DEADLINE_SECONDS: '86400',
      JOB_RETENTION_SECONDS: '2592000',
      UPLOAD_URL_TTL_SECONDS: '3600',
      CALLBACK_ALLOW_LOOPBACK: 'CallbackAllowLoopback',
    },
  ],
  ['ApiAuthorizerHandler', { memory: 256, timeout: 5 }, { TIERS: JSON.stringify(settings.tiers) }],
  [
    'JobsSubmission',
    { memory: 512, timeout: 120 },
    {
      STREAM_NAME: 'IngestStream',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      JOBS_QUEUE_URL: 'JobsQueue',
      CALLBACK_QUEUE_URL: 'JobsCallbacks',
    },
  ],
  [
    'JobsCallback',
    { memory: 256, timeout: 45 },
    {
      JOBS_TABLE: 'JobsTable',
      CALLBACK_QUEUE_URL: 'JobsCallbacks',
      CALLBACK_SECRET_ARN: 'JobsCallbackSecret',
      CALLBACK_ALLOW_LOOPBACK: 'CallbackAllowLoopback',
    },
  ],
])('the function %s has its memory, its timeout and its environment', (id, limits, environment) => {
  expect(listResources(template, 'AWS::Lambda::Function')[id]).toMatchObject({
    MemorySize: limits.memory,
    Timeout: limits.timeout,
    Role: `${id}Role.Arn`,
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogGroup: `${id}Logs` },
  });
  const found = listResources(template, 'AWS::Lambda::Function')[id];
  expect(found?.Environment.Variables).toEqual({
    NODE_OPTIONS: '--enable-source-maps',
    ...environment,
  });
});

it('logs are kept for 30 days', () => {
  const groups = Object.values(listResources(template, 'AWS::Logs::LogGroup'));
  expect(groups).toEqual(Array.from({ length: 5 }, () => ({ RetentionInDays: 30 })));
});

it('the consumer reads the stream in order, in large batches, and retries for twelve hours', () => {
  const { ConsumerMapping } = listResources(template, 'AWS::Lambda::EventSourceMapping');
  expect(ConsumerMapping).toEqual({
    FunctionName: 'ConsumerHandler',
    EventSourceArn: 'IngestStream.Arn',
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 2_000,
    MaximumBatchingWindowInSeconds: 2,
    // The Kinesis Producer Library (KPL) packs several sub-records into one aggregate. With a
    // factor above 1, Lambda would not preserve the order of the sub-records.
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 1_000,
    MaximumRecordAgeInSeconds: 12 * 3_600,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MetricsConfig: { Metrics: ['EventCount'] },
    DestinationConfig: { OnFailure: { Destination: 'IngestFailures.Arn' } },
  });
});

it.each([
  ['JobsSubmissionFeed', 'JobsSubmission', 'JobsQueue', 5],
  ['JobsCallbackFeed', 'JobsCallback', 'JobsCallbacks', 10],
])('%s delivers one message at a time, and only failed messages again', (id, to, from, limit) => {
  expect(listResources(template, 'AWS::Lambda::EventSourceMapping')[id]).toEqual({
    FunctionName: to,
    EventSourceArn: `${from}.Arn`,
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: limit },
  });
});

it('a message becomes a dead letter after ten attempts, and queues keep messages for 14 days', () => {
  const kept = { MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true };
  const work = (dead_letters: string, VisibilityTimeout: number) => ({
    ...kept,
    VisibilityTimeout,
    RedrivePolicy: { deadLetterTargetArn: `${dead_letters}.Arn`, maxReceiveCount: 10 },
  });
  expect(listResources(template, 'AWS::SQS::Queue')).toEqual({
    JobsQueueDeadLetters: kept,
    JobsQueue: work('JobsQueueDeadLetters', 150),
    JobsCallbacksDeadLetters: kept,
    JobsCallbacks: work('JobsCallbacksDeadLetters', 75),
  });
});

it('only the two rules of the stack may send events to the jobs queue', () => {
  expect(listResources(template, 'AWS::SQS::QueuePolicy')).toEqual({
    JobsQueuePolicy: {
      Queues: ['JobsQueue'],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: 'JobsQueue.Arn',
            Condition: {
              ArnEquals: { 'aws:SourceArn': ['JobsInputArrived.Arn', 'JobsSweep.Arn'] },
            },
          },
        ],
      },
    },
  });
});

it('the jobs queue gets a message for each input that arrives, and one every minute for the sweep', () => {
  const target = { Arn: 'JobsQueue.Arn', Id: 'jobs' };
  expect(listResources(template, 'AWS::Events::Rule')).toMatchObject({
    JobsInputArrived: {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['JobsInputs'] }, object: { key: [{ prefix: 'inputs/' }] } },
      },
      Targets: [target],
    },
    JobsSweep: {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ ...target, Input: '{"kind":"sweep"}' }],
    },
  });
  const { JobsInputs } = listResources(template, 'AWS::S3::Bucket');
  expect(JobsInputs?.NotificationConfiguration).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
});

it('the API is throttled as a whole, names its key by the authorizer, and keeps its answer for five minutes', () => {
  expect(Object.values(listResources(template, 'AWS::ApiGateway::Stage'))).toMatchObject([
    {
      StageName: 'v1',
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 1_000,
          ThrottlingBurstLimit: 2_000,
          DataTraceEnabled: false,
        },
      ],
    },
  ]);
  expect(listResources(template, 'AWS::ApiGateway::RestApi')).toMatchObject({
    ApiRestApi: { ApiKeySourceType: 'AUTHORIZER' },
  });
  expect(listResources(template, 'AWS::ApiGateway::Authorizer')).toMatchObject({
    ApiAuthorizer: {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.X-API-Key',
      AuthorizerResultTtlInSeconds: 300,
    },
  });
});

it('callbacks to loopback addresses are off unless the deployment allows them', () => {
  template.hasParameter('CallbackAllowLoopback', {
    Default: 'false',
    AllowedValues: ['true', 'false'],
  });
});
