import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it } from 'vitest';
import { DOWNLOAD_LIMITS } from '../../api/download/limits.ts';
import { FUNCTION_NAMES, nameFunction } from '../../bench/functions.ts';
import { settings } from '../../infra/settings.ts';
import { MAX_HOPS } from '../../ingest/submission/submit.ts';
import { MAX_JOB_RECORDS } from '../../schemas/index.ts';
import { listBundles, listResources, type Properties, synthesize } from '../support/template.ts';

/** Functions that hand long work over to their next invocation. */
const LOOPING = ['JobsSubmission', 'PrivacyHandler'];
let template: Template;
beforeAll(() => {
  template = synthesize();
});

const budgets = {
  QUOTA_TABLE: 'TablesQuota',
  BUDGETS: '{"per_tenant":10000000,"by_tenant":{},"deployment":30000000}',
};
const analysis = {
  ...budgets,
  CACHE_TABLE: 'TablesCache',
  CACHE_TTL_SECONDS: '2592000',
  CACHE_MEMORY_ENTRIES: '50000',
  DEFAULT_LANGUAGE: 'en',
  NEUTRAL_IDS: 'true',
  PRIVACY:
    '{"policy":"redact","stored_text":"redacted","engine":"local","placeholders":"types","by_tenant":{},"by_source":{}}',
  ANALYZER: 'comprehend',
};

const consumer = {
  ...analysis,
  ANALYZER_MAX_IN_FLIGHT: '50',
  ANALYZER_CALLS_PER_SECOND: '9.8',
  RESULTS_TABLE: 'TablesResults',
  RESULTS_TTL_SECONDS: '7776000',
  RETENTION: '{"by_tenant":{},"by_source":{}}',
  DELIVERY_STREAM: 'LakeDeliveryStream',
  RESTORE_KEY_ARN: 'IngestRestoreKey',
  SET_ASIDE_BUCKET: 'IngestSetAsides',
  UNWRAP: '',
  ENVIRONMENT: 'dev',
  JOBS_TABLE: 'JobsTable',
  INPUT_BUCKET: 'JobsInputs',
  CALLBACK_QUEUE_URL: 'JobsCallbacks',
};

it.each([
  [
    'ConsumerHandler',
    { memory: 1_024, timeout: 120 },
    { ...consumer, TRAFFIC: 'live', ANALYZER_FALLBACK_CALLS_PER_SECOND: '2.2' },
  ],
  [
    'BulkConsumerHandler',
    { memory: 1_024, timeout: 600 },
    { ...consumer, TRAFFIC: 'bulk', ANALYZER_FALLBACK_CALLS_PER_SECOND: '0.24' },
  ],
  [
    'ApiHandler',
    { memory: 1_024, timeout: 25 },
    {
      ...analysis,
      ANALYZER_MAX_IN_FLIGHT: '4',
      ANALYZER_CALLS_PER_SECOND: '19.6',
      ANALYZER_FALLBACK_CALLS_PER_SECOND: '1',
      ANALYZER_QUOTA_CALLS_PER_SECOND: '10',
      STREAM_NAME: 'IngestStream',
      RESULTS_TABLE: 'TablesResults',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      COUNTS_TABLE: 'TablesCounts',
      HISTORY_TABLE: 'TablesHistory',
      ALERTS_TABLE: 'TablesAlerts',
      ALERT_QUEUE_URL: 'AlertingQueue',
      AUDIT_QUEUE_URL: 'AuditQueue',
      PRIVACY_QUEUE_URL: 'PrivacyQueue',
      SET_ASIDE_BUCKET: 'IngestSetAsides',
      ...{ FAILURE_BUCKET: 'IngestFailures', BULK_STREAM_NAME: 'IngestBulkStream' },
      RESTORE_KEY_ARN: 'IngestRestoreKey',
      JOB_DEADLINE_SECONDS: '86400',
      JOB_RETENTION_SECONDS: '2592000',
      UPLOAD_URL_TTL_SECONDS: '3600',
      MAX_UPLOAD_BYTES: '5368709120',
      UPLOAD_ROLE_ARN: 'ApiUploadRole.Arn',
      DOWNLOAD_ROLE_ARN: 'ApiDownloadRole.Arn',
      CALLBACK_ALLOW_LOOPBACK: 'CallbackAllowLoopback',
      CORS_ORIGINS: '',
      SERVES_DASHBOARD: 'true',
      SERVES_DOCS: 'true',
    },
  ],
  [
    'ApiDownloadHandler',
    { memory: 1_024, timeout: 900 },
    {
      RESULTS_TABLE: 'TablesResults',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      AUDIT_QUEUE_URL: 'AuditQueue',
      CORS_ORIGINS: '',
    },
  ],
  [
    'PrivacyHandler',
    { memory: 1_024, timeout: 900 },
    {
      STACK_NAME: 'Test',
      STREAM_NAME: 'IngestStream',
      BULK_STREAM_NAME: 'IngestBulkStream',
      RESULTS_TABLE: 'TablesResults',
      HISTORY_TABLE: 'TablesHistory',
      JOBS_TABLE: 'JobsTable',
      KEEPER_TABLE: 'KeeperTable',
      SET_ASIDE_BUCKET: 'IngestSetAsides',
      FAILURE_BUCKET: 'IngestFailures',
      INPUT_BUCKET: 'JobsInputs',
      LAKE_BUCKET: 'LakeBucket',
      DELIVERY_STREAM: 'LakeDeliveryStream',
      ATHENA_WORKGROUP: 'LakeWorkGroup',
      ATHENA_DATABASE: 'aurastream',
      LAKE_BUFFER_SECONDS: 'LakeBufferSeconds',
      RESTORE_KEY_ARN: 'IngestRestoreKey',
      AUDIT_BUCKET: 'AuditTrail',
      AUDIT_KEY_ARN: 'AuditKey',
      PRIVACY_QUEUE_URL: 'PrivacyQueue',
      MAX_RECEIVES: '5',
      EXPORT_DAYS: '7',
    },
  ],
  [
    'ApiAuthorizerHandler',
    { memory: 256, timeout: 5 },
    { TIERS: JSON.stringify(settings.tiers), KEYS_TABLE: 'TablesKeys' },
  ],
  [
    'JobsSubmission',
    { memory: 512, timeout: 120 },
    {
      STREAM_NAME: 'IngestBulkStream',
      JOBS_TABLE: 'JobsTable',
      INPUT_BUCKET: 'JobsInputs',
      JOBS_QUEUE_URL: 'JobsQueue',
      CALLBACK_QUEUE_URL: 'JobsCallbacks',
      ENVIRONMENT: 'dev',
      ANALYZER: 'comprehend',
      ANALYZER_CALLS_PER_SECOND: '9.8',
      ...budgets,
    },
  ],
  [
    'BudgetReplayHandler',
    { memory: 512, timeout: 600 },
    {
      STREAM_NAME: 'IngestBulkStream',
      SET_ASIDE_BUCKET: 'IngestSetAsides',
      RESTORE_KEY_ARN: 'IngestRestoreKey',
      JOBS_TABLE: 'JobsTable',
      ANALYZER: 'comprehend',
      ANALYZER_CALLS_PER_SECOND: '9.8',
    },
  ],
  [
    'CountsHandler',
    { memory: 512, timeout: 120 },
    { COUNTS_TABLE: 'TablesCounts', ENVIRONMENT: 'dev' },
  ],
  [
    'HistoryHandler',
    { memory: 512, timeout: 60 },
    {
      ...{ HISTORY_TABLE: 'TablesHistory', LAKE_RAW_DAYS: '30', ENVIRONMENT: 'dev' },
      RETENTION: '{"by_tenant":{},"by_source":{}}',
      ...{ ALERTS_TABLE: 'TablesAlerts', ALERT_QUEUE_URL: 'AlertingQueue' },
    },
  ],
  [
    'AlertingHandler',
    { memory: 256, timeout: 45 },
    {
      ...{ ALERTS_TABLE: 'TablesAlerts', RESULTS_TABLE: 'TablesResults' },
      COUNTS_TABLE: 'TablesCounts',
      ...{ ALERT_QUEUE_URL: 'AlertingQueue', CALLBACK_SECRET_ARN: 'JobsCallbackSecret' },
      CALLBACK_ALLOW_LOOPBACK: 'CallbackAllowLoopback',
    },
  ],
  [
    'TrafficAlertsHandler',
    { memory: 256, timeout: 50 },
    {
      ...{ ALERTS_TABLE: 'TablesAlerts', COUNTS_TABLE: 'TablesCounts' },
      ...{ ALERT_QUEUE_URL: 'AlertingQueue', ENVIRONMENT: 'dev' },
    },
  ],
  [
    'AuditHandler',
    { memory: 512, timeout: 300 },
    { AUDIT_BUCKET: 'AuditTrail', AUDIT_KEY_ARN: 'AuditKey', ENVIRONMENT: 'dev' },
  ],
  [
    'KeeperHandler',
    { memory: 1_024, timeout: 900 },
    {
      KEEPER_TABLE: 'KeeperTable',
      COUNTS_TABLE: 'TablesCounts',
      KEEPER_QUEUE_URL: 'KeeperQueue',
      LAKE_BUCKET: 'LakeBucket',
      ATHENA_WORKGROUP: 'LakeWorkGroup',
      ATHENA_DATABASE: 'aurastream',
      LAKE_MERGE_SECONDS: 'LakeMergeSeconds',
      LAKE_RAW_DAYS: '30',
      LAKE_SNAPSHOT_DAYS: '1',
      RETENTION: '{"by_tenant":{},"by_source":{}}',
      ENVIRONMENT: 'dev',
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
  expect(listResources(template, 'AWS::Lambda::Function')[id]).toEqual({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: limits.memory,
    Timeout: limits.timeout,
    Role: `${id}Role.Arn`,
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogGroup: `${id}Logs` },
    ...(LOOPING.includes(id) ? { RecursiveLoop: 'Allow' } : {}),
    Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps', ...environment } },
    Description: expect.any(String),
    Code: expect.anything(),
  });
});

it('Lambda lets the submission of a job run in a loop, and a job reaches its deadline before the limit of the loop', () => {
  const functions = listResources(template, 'AWS::Lambda::Function');
  const looping = Object.entries(functions).filter(([, { RecursiveLoop }]) => RecursiveLoop);
  expect(looping.map(([id]) => id)).toEqual(LOOPING);
  const { deadline_seconds, timeout_seconds } = settings.jobs;
  const publishing_seconds = timeout_seconds - 20;
  expect(deadline_seconds / publishing_seconds).toBeLessThan(MAX_HOPS);
  // The largest job on a stream of one shard, which takes 1,000 records per second.
  expect(MAX_JOB_RECORDS / 1_000 / publishing_seconds).toBeLessThan(MAX_HOPS);
});

// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
it('a download ends before the limits of Lambda', () => {
  const { Timeout } = listResources(template, 'AWS::Lambda::Function').ApiDownloadHandler!;
  expect(DOWNLOAD_LIMITS.milliseconds).toBeLessThanOrEqual((Timeout - 60) * 1_000);
  // A row has at most 3 MB.
  expect(DOWNLOAD_LIMITS.bytes).toBeLessThan(200_000_000 - 3 * 1_000_000);
});

it("slow downloads at the limit of their rate leave half of an account's concurrency of 1,000 to other functions", () => {
  const { Timeout } = listResources(template, 'AWS::Lambda::Function').ApiDownloadHandler!;
  const { requests_per_second, burst_requests } = settings.api.download.method;
  expect(burst_requests + requests_per_second * Timeout).toBeLessThanOrEqual(500);
});

it('each function runs the handler of its room, next to the files that it reads', () => {
  const languages = { '.': ['packages/language-detector/src/languages.bin'] };
  const page = ['swagger-ui-bundle.js', 'swagger-ui.css'].map(
    (file) => `node_modules/swagger-ui-dist/${file}`,
  );
  expect(listBundles(template)).toEqual({
    ConsumerHandler: { entry: 'processors/stream/handler.ts', assets: languages },
    BulkConsumerHandler: { entry: 'processors/stream/handler.ts', assets: languages },
    ApiHandler: {
      entry: 'api/handler.ts',
      assets: { ...languages, docs: page, dashboard: { page: 'dashboard' } },
    },
    ApiAuthorizerHandler: { entry: 'api/authorizer/handler.ts', assets: {} },
    ApiDownloadHandler: { entry: 'api/download/handler.ts', assets: {} },
    AuditHandler: { entry: 'audit/handler.ts', assets: {} },
    BudgetReplayHandler: { entry: 'operations/over-budget/handler.ts', assets: {} },
    CountsHandler: { entry: 'insight/counts/handler.ts', assets: {} },
    HistoryHandler: { entry: 'insight/dispatch/handler.ts', assets: {} },
    AlertingHandler: { entry: 'insight/alerts/handler.ts', assets: {} },
    TrafficAlertsHandler: { entry: 'insight/alerts/traffic/handler.ts', assets: {} },
    KeeperHandler: { entry: 'insight/keeper/handler.ts', assets: {} },
    PrivacyHandler: { entry: 'operations/privacy/handler.ts', assets: {} },
    JobsSubmission: { entry: 'ingest/submission/handler.ts', assets: {} },
    JobsCallback: { entry: 'jobs/callbacks/handler.ts', assets: {} },
  });
});

it('the benchmark knows each function of the template', () => {
  const names = Object.keys(listResources(template, 'AWS::Lambda::Function')).map(nameFunction);
  expect(new Set(names)).toEqual(new Set([...FUNCTION_NAMES, undefined]));
});

it('logs are kept for 30 days', () => {
  const groups = Object.values(listResources(template, 'AWS::Logs::LogGroup'));
  expect(groups).toEqual(Array.from({ length: 17 }, () => ({ RetentionInDays: 30 })));
});

it('the consumer, the API and downloads may have a concurrency of their own', () => {
  const reserved = synthesize({
    consumer: { ...settings.consumer, reserved_concurrency: 8 },
    bulk_consumer: { ...settings.bulk_consumer, reserved_concurrency: 9 },
    api: {
      ...settings.api,
      reserved_concurrency: 40,
      download: { ...settings.api.download, reserved_concurrency: 10 },
    },
  });
  const functions = Object.entries(listResources(reserved, 'AWS::Lambda::Function'));
  const found = functions.map(([id, { ReservedConcurrentExecutions: own }]) => [id, own]);
  expect(Object.fromEntries(found)).toEqual({
    ConsumerHandler: 8,
    BulkConsumerHandler: 9,
    ApiHandler: 40,
    ApiDownloadHandler: 10,
  });
});

it.each([
  ['ConsumerMapping', 'ConsumerHandler', 'IngestStream', 2_000],
  ['BulkConsumerMapping', 'BulkConsumerHandler', 'IngestBulkStream', 1_000],
])(
  '%s gives %s the records of %s in order, in large batches, and retries for thirteen hours, however often',
  (id, to, from, size) => {
    expect(listResources(template, 'AWS::Lambda::EventSourceMapping')[id]).toEqual({
      FunctionName: to,
      EventSourceArn: `${from}.Arn`,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: size,
      MaximumBatchingWindowInSeconds: 2,
      // The Kinesis Producer Library (KPL) packs several sub-records into one aggregate. With a
      // factor above 1, Lambda would not preserve the order of the sub-records.
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 13 * 3_600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MetricsConfig: { Metrics: ['EventCount'] },
      DestinationConfig: { OnFailure: { Destination: 'IngestFailures.Arn' } },
    });
  },
);

it('the counts get every change of the results table in order, until it is counted, and know its shard', () => {
  const { CountsMapping } = listResources(template, 'AWS::Lambda::EventSourceMapping');
  expect(CountsMapping).toEqual({
    FunctionName: 'CountsHandler',
    EventSourceArn: 'TablesResults.StreamArn',
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 2,
    // Without a tumbling window, an event has no shardId.
    TumblingWindowInSeconds: 900,
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

it('history and alerts get every new row and every replacement, until it is done, and no deleted row', () => {
  const { HistoryMapping } = listResources(template, 'AWS::Lambda::EventSourceMapping');
  const { FilterCriteria, ...mapping } = HistoryMapping!;
  expect(mapping).toEqual({
    FunctionName: 'HistoryHandler',
    EventSourceArn: 'TablesResults.StreamArn',
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 2,
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  const row = { record_key: { S: [{ exists: true }] } };
  expect(FilterCriteria.Filters.map(({ Pattern }: Properties) => JSON.parse(Pattern))).toEqual([
    { dynamodb: { NewImage: row } },
  ]);
});

it('a shard of the stream of results has no third reader', () => {
  const mappings = Object.values(listResources(template, 'AWS::Lambda::EventSourceMapping'));
  const sources = mappings.map(({ EventSourceArn }) => EventSourceArn);
  expect(sources.filter((arn) => arn === 'TablesResults.StreamArn')).toHaveLength(2);
});

it.each([
  ['ConsumerMapping', 'IngestStream'],
  ['BulkConsumerMapping', 'IngestBulkStream'],
])('%s gives a batch up before %s forgets it', (mapping, stream) => {
  const { [mapping]: found } = listResources(template, 'AWS::Lambda::EventSourceMapping');
  const { [stream]: from } = listResources(template, 'AWS::Kinesis::Stream');
  expect(found?.MaximumRecordAgeInSeconds).toBeLessThan(from?.RetentionPeriodHours * 3_600);
});

it.each([
  ['JobsSubmissionFeed', 'JobsSubmission', 'JobsQueue', 5],
  ['JobsCallbackFeed', 'JobsCallback', 'JobsCallbacks', 10],
  ['BudgetReplayFeed', 'BudgetReplayHandler', 'BudgetReplayQueue', 2],
  ['KeeperFeed', 'KeeperHandler', 'KeeperQueue', 3],
  ['PrivacyFeed', 'PrivacyHandler', 'PrivacyQueue', 2],
])('%s delivers one message at a time, and only failed messages again', (id, to, from, limit) => {
  expect(listResources(template, 'AWS::Lambda::EventSourceMapping')[id]).toEqual({
    FunctionName: to,
    EventSourceArn: `${from}.Arn`,
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: limit },
  });
});

const WORK_QUEUES = [
  ['JobsQueue', 'JobsSubmission'],
  ['JobsCallbacks', 'JobsCallback'],
  ['BudgetReplayQueue', 'BudgetReplayHandler'],
  ['KeeperQueue', 'KeeperHandler'],
  ['AuditQueue', 'AuditHandler'],
  ['AlertingQueue', 'AlertingHandler'],
  ['PrivacyQueue', 'PrivacyHandler'],
] as const;

it('a message becomes a dead letter after five attempts, and queues keep messages for 14 days', () => {
  // A message of the privacy queue may name a person.
  const keep = (queue: string) => ({
    MessageRetentionPeriod: (queue === 'PrivacyQueue' ? 1 : 14) * 86_400,
    SqsManagedSseEnabled: true,
  });
  const queues = WORK_QUEUES.flatMap(([queue]) => [
    [`${queue}DeadLetters`, keep(queue)],
    [
      queue,
      {
        ...keep(queue),
        VisibilityTimeout: expect.any(Number),
        RedrivePolicy: {
          deadLetterTargetArn: `${queue}DeadLetters.Arn`,
          maxReceiveCount: 5,
        },
      },
    ],
  ]);
  expect(listResources(template, 'AWS::SQS::Queue')).toEqual(Object.fromEntries(queues));
});

it.each(WORK_QUEUES)(
  'the queue %s hides a message for six times the timeout of %s, as Lambda recommends',
  (queue, handler) => {
    const { VisibilityTimeout } = listResources(template, 'AWS::SQS::Queue')[queue] ?? {};
    const { Timeout } = listResources(template, 'AWS::Lambda::Function')[handler] ?? {};
    expect(VisibilityTimeout).toBe(6 * Timeout);
  },
);

it('queues refuse calls without TLS, and only rules may send events to the queues of jobs, replays and the keeper', () => {
  const refuse = (queue: string) => ({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'sqs:*',
    Resource: `${queue}.Arn`,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
  const RULES: Record<string, string[]> = {
    JobsQueue: ['JobsInputArrived.Arn', 'JobsSweep.Arn'],
    BudgetReplayQueue: ['BudgetReplaySchedule.Arn'],
    AuditQueue: ['AuditSeal.Arn'],
    AlertingQueue: ['AlertingDigestsDue.Arn'],
    KeeperQueue: [
      'KeeperArrived.Arn',
      'KeeperMerge.Arn',
      'KeeperMaintain.Arn',
      'KeeperCheckCounts.Arn',
    ],
  };
  const fromRules = (queue: string, rules: string[]) => ({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: `${queue}.Arn`,
    Condition: { ArnEquals: { 'aws:SourceArn': rules } },
  });
  const queues = WORK_QUEUES.flatMap(([queue]) =>
    [queue, `${queue}DeadLetters`].map((name) => [name, RULES[queue]] as const),
  );
  const policies = queues.map(([queue, rules]) => [
    `${queue}Policy`,
    {
      Queues: [queue],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [refuse(queue), ...(rules === undefined ? [] : [fromRules(queue, rules)])],
      },
    },
  ]);
  const found = listResources(template, 'AWS::SQS::QueuePolicy');
  for (const { PolicyDocument } of Object.values(found)) {
    for (const statement of PolicyDocument.Statement) delete statement.Sid;
  }
  expect(found).toEqual(Object.fromEntries(policies));
});

it('the jobs queue gets a message for each input that arrives, and one every minute for the sweep', () => {
  const target = {
    Arn: 'JobsQueue.Arn',
    Id: 'jobs',
    DeadLetterConfig: { Arn: 'JobsQueueDeadLetters.Arn' },
  };
  const rule = { Description: expect.any(String) };
  expect(listResources(template, 'AWS::Events::Rule')).toEqual({
    BudgetReplaySchedule: expect.anything(),
    AuditSeal: expect.anything(),
    AlertingDigestsDue: expect.anything(),
    TrafficAlertsSchedule: expect.anything(),
    KeeperArrived: expect.anything(),
    KeeperMerge: expect.anything(),
    KeeperMaintain: expect.anything(),
    KeeperCheckCounts: expect.anything(),
    JobsInputArrived: {
      ...rule,
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['JobsInputs'] }, object: { key: [{ prefix: 'inputs/' }] } },
      },
      Targets: [target],
    },
    JobsSweep: {
      ...rule,
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ ...target, Input: '{"kind":"sweep"}' }],
    },
  });
  const { JobsInputs } = listResources(template, 'AWS::S3::Bucket');
  expect(JobsInputs?.NotificationConfiguration).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
});

it('a rule starts the digests that are due every hour', () => {
  const { AlertingDigestsDue } = listResources(template, 'AWS::Events::Rule');
  expect(AlertingDigestsDue).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Arn: 'AlertingQueue.Arn', Input: '{"kind":"digests_due"}' }],
  });
});

it('alerts on traffic are evaluated each minute, by a function that only its rule may invoke', () => {
  expect(listResources(template, 'AWS::Events::Rule').TrafficAlertsSchedule).toEqual({
    Description: expect.any(String),
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ Id: 'evaluate', Arn: 'TrafficAlertsHandler.Arn' }],
  });
  const { TrafficAlertsPermission } = listResources(template, 'AWS::Lambda::Permission');
  expect(TrafficAlertsPermission).toEqual({
    Action: 'lambda:InvokeFunction',
    FunctionName: 'TrafficAlertsHandler.Arn',
    Principal: 'events.amazonaws.com',
    SourceArn: 'TrafficAlertsSchedule.Arn',
  });
  // A run takes over what another one left after 55 s.
  expect(settings.traffic_alerts.timeout_seconds).toBeLessThan(55);
});

it('the replay of records over budget starts every 15 minutes, and ends before it starts again', () => {
  const { BudgetReplaySchedule } = listResources(template, 'AWS::Events::Rule');
  expect(BudgetReplaySchedule).toEqual({
    Description: expect.any(String),
    ScheduleExpression: 'rate(15 minutes)',
    Targets: [
      {
        Arn: 'BudgetReplayQueue.Arn',
        Id: 'replay',
        Input: '{"kind":"replay_over_budget"}',
        DeadLetterConfig: { Arn: 'BudgetReplayQueueDeadLetters.Arn' },
      },
    ],
  });
  expect(settings.budget_replay.timeout_seconds).toBeLessThan(15 * 60);
});

it('the keeper gets a message for each raw object, one every minute to merge, and one every hour to maintain the table and to check the counts', () => {
  const { KeeperArrived, KeeperMerge, KeeperMaintain, KeeperCheckCounts } = listResources(
    template,
    'AWS::Events::Rule',
  );
  const target = {
    Arn: 'KeeperQueue.Arn',
    Id: 'keeper',
    DeadLetterConfig: { Arn: 'KeeperQueueDeadLetters.Arn' },
  };
  expect(KeeperArrived).toEqual({
    Description: expect.any(String),
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: ['LakeBucket'] }, object: { key: [{ prefix: 'results_raw/' }] } },
    },
    Targets: [target],
  });
  expect(KeeperMerge).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ ...target, Input: '{"kind":"merge"}' }],
  });
  expect(KeeperMaintain).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ ...target, Input: '{"kind":"maintain"}' }],
  });
  expect(KeeperCheckCounts).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ ...target, Input: '{"kind":"check_counts"}' }],
  });
});

it('raw objects collect for five minutes before they are merged, at most for fifteen', () => {
  expect(template.findParameters('LakeMergeSeconds')).toMatchObject({
    LakeMergeSeconds: { Type: 'Number', Default: 300, MinValue: 0, MaxValue: 900 },
  });
});

it('callbacks to loopback addresses are off unless the deployment allows them', () => {
  expect(template.findParameters('CallbackAllowLoopback')).toMatchObject({
    CallbackAllowLoopback: { Default: 'false', AllowedValues: ['true', 'false'] },
  });
});

it.each(['comprehend', 'both'] as const)(
  'with the engine %s, the consumers and the API may call DetectPiiEntities, at rates within its quota',
  (engine) => {
    const template = synthesize({ privacy: { ...settings.privacy, engine } });
    const functions = listResources(template, 'AWS::Lambda::Function');
    const policies = listResources(template, 'AWS::IAM::Policy');
    const granted = Object.keys(policies).filter((name) =>
      JSON.stringify(policies[name]).includes('comprehend:DetectPiiEntities'),
    );
    const roles = ['Api', 'BulkConsumer', 'Consumer'].map((name) => `${name}HandlerRole`);
    expect(granted.sort()).toEqual(roles.map((role) => `${role}DefaultPolicy`));
    const ratesOf = (name: string) => {
      const variables = functions[name]?.Environment.Variables;
      return [
        variables.PRIVACY_CALLS_PER_SECOND,
        variables.PRIVACY_FALLBACK_CALLS_PER_SECOND,
        JSON.parse(variables.PRIVACY ?? '{}').engine,
      ];
    };
    expect(ratesOf('ConsumerHandler')).toEqual(['19.6', '2', engine]);
    expect(ratesOf('BulkConsumerHandler')).toEqual(['19.6', '0.5', engine]);
    expect(ratesOf('ApiHandler')).toEqual(['19.6', '0.5', engine]);
    expect(ratesOf('JobsSubmission')).toEqual(['19.6', undefined, undefined]);
    expect(ratesOf('BudgetReplayHandler')).toEqual(['19.6', undefined, undefined]);
  },
);
