import { expect, it } from 'vitest';
import {
  listDependencies,
  listResources,
  type Properties,
  synthesize,
} from '../support/template.ts';

const template = synthesize();
const policies = listResources(template, 'AWS::IAM::Policy');

/** Returns the grants of a role as a sorted list of strings `action resource`. */
function listGrants(role: string): string[] {
  const statements: Properties[] = policies[`${role}DefaultPolicy`]?.PolicyDocument.Statement ?? [];
  expect(statements).not.toEqual([]);
  const grants = statements.flatMap(({ Effect, Action, Resource, ...more }) => {
    expect({ Effect, ...more }).toEqual({ Effect: 'Allow' });
    return [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`));
  });
  return grants.sort();
}

/** Grants of a function for its own log group, and for traces, whose actions have no resource. */
function listObservability(role: string): string[] {
  const logs = `${role.replace(/Role$/, '')}Logs.Arn`;
  return [
    `logs:CreateLogStream ${logs}`,
    `logs:PutLogEvents ${logs}`,
    'xray:PutTelemetryRecords *',
    'xray:PutTraceSegments *',
  ];
}

const catalog = 'arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:';
/** The grants to read the definitions of the tables of the lake. */
const TABLE_READS = ['GetDatabase', 'GetPartitions', 'GetTable'].flatMap((action) =>
  [
    'catalog',
    'database/aurastream',
    'table/aurastream/results',
    'table/aurastream/results_raw',
  ].map((resource) => `glue:${action} ${catalog}${resource}`),
);
const workgroup = 'arn:AWS::Partition:athena:AWS::Region:AWS::AccountId:workgroup/LakeWorkGroup';
const analysis = [
  'dynamodb:BatchGetItem TablesCache.Arn',
  'dynamodb:BatchWriteItem TablesCache.Arn',
  'dynamodb:GetItem TablesQuota.Arn',
  'dynamodb:UpdateItem TablesQuota.Arn',
];

/** The grants of the consumer of a stream. */
const listConsumerGrants = (stream: string) => [
  'comprehend:BatchDetectSentiment *',
  ...analysis,
  'dynamodb:BatchGetItem JobsTable.Arn',
  'dynamodb:BatchGetItem TablesResults.Arn',
  'dynamodb:GetItem JobsTable.Arn',
  'dynamodb:PartiQLInsert TablesResults.Arn',
  'dynamodb:PutItem JobsTable.Arn',
  'dynamodb:PutItem TablesResults.Arn',
  'dynamodb:Query JobsTable.Arn',
  'dynamodb:UpdateItem JobsTable.Arn',
  'firehose:PutRecordBatch LakeDeliveryStream.Arn',
  `kinesis:DescribeStream ${stream}.Arn`,
  `kinesis:DescribeStreamSummary ${stream}.Arn`,
  `kinesis:GetRecords ${stream}.Arn`,
  `kinesis:GetShardIterator ${stream}.Arn`,
  `kinesis:ListShards ${stream}.Arn`,
  's3:GetObject JobsInputs.Arn/claims/*',
  's3:ListBucket IngestFailures.Arn',
  's3:ListBucket JobsInputs.Arn',
  's3:PutObject IngestFailures.Arn/*',
  's3:PutObject IngestSetAsides.Arn/*',
  'secretsmanager:GetSecretValue IngestRestoreKey',
  'sqs:SendMessage JobsCallbacks.Arn',
];

it.each([
  ['ConsumerHandlerRole', listConsumerGrants('IngestStream')],
  ['BulkConsumerHandlerRole', listConsumerGrants('IngestBulkStream')],
  [
    'ApiHandlerRole',
    [
      'comprehend:DetectSentiment *',
      ...analysis,
      'dynamodb:BatchGetItem TablesResults.Arn',
      'dynamodb:DeleteItem TablesAlerts.Arn',
      'dynamodb:GetItem JobsTable.Arn',
      'dynamodb:GetItem TablesAlerts.Arn',
      'dynamodb:GetItem TablesCounts.Arn',
      'dynamodb:GetItem TablesResults.Arn',
      'dynamodb:PutItem JobsTable.Arn',
      'dynamodb:PutItem TablesAlerts.Arn',
      'dynamodb:Query JobsTable.Arn',
      'dynamodb:Query JobsTable.Arn/index/by_tenant',
      'dynamodb:Query TablesAlerts.Arn',
      'dynamodb:Query TablesCounts.Arn',
      'dynamodb:Query TablesHistory.Arn',
      'dynamodb:Query TablesResults.Arn/index/by_arrival',
      'dynamodb:Query TablesResults.Arn/index/by_created',
      'dynamodb:UpdateItem JobsTable.Arn',
      'dynamodb:UpdateItem TablesAlerts.Arn',
      'kinesis:DescribeStreamSummary IngestStream.Arn',
      'kinesis:PutRecords IngestBulkStream.Arn',
      'kinesis:PutRecords IngestStream.Arn',
      's3:GetObject IngestSetAsides.Arn/erasures/*',
      's3:GetObject IngestSetAsides.Arn/over-budget/*',
      's3:GetObject IngestSetAsides.Arn/privacy-requests/*',
      's3:GetObject IngestSetAsides.Arn/restored/*',
      's3:GetObject IngestSetAsides.Arn/set-asides/*',
      's3:GetObject JobsInputs.Arn/claims/*',
      's3:GetObject JobsInputs.Arn/record-lists/*',
      's3:ListBucket IngestFailures.Arn',
      's3:ListBucket IngestSetAsides.Arn',
      's3:ListBucket JobsInputs.Arn',
      's3:PutObject IngestSetAsides.Arn/privacy-requests/*',
      's3:PutObject IngestSetAsides.Arn/restored/*',
      's3:PutObject JobsInputs.Arn/claims/*',
      's3:PutObject JobsInputs.Arn/inputs/*',
      'secretsmanager:GetSecretValue IngestRestoreKey',
      'sqs:SendMessage AlertingQueue.Arn',
      'sqs:SendMessage AuditQueue.Arn',
      'sqs:SendMessage PrivacyQueue.Arn',
      'sts:AssumeRole ApiDownloadRole.Arn',
      'sts:AssumeRole ApiUploadRole.Arn',
    ],
  ],
  [
    'ApiAuthorizerHandlerRole',
    ['dynamodb:GetItem TablesKeys.Arn', 'dynamodb:UpdateItem TablesKeys.Arn'],
  ],
  [
    'ApiDownloadHandlerRole',
    [
      'dynamodb:BatchGetItem TablesResults.Arn',
      'dynamodb:GetItem JobsTable.Arn',
      's3:GetObject JobsInputs.Arn/record-lists/*',
      's3:ListBucket JobsInputs.Arn',
      'sqs:SendMessage AuditQueue.Arn',
    ],
  ],
  [
    'AuditHandlerRole',
    [
      's3:GetObject AuditTrail.Arn/*',
      's3:ListBucket AuditTrail.Arn',
      's3:ListBucketVersions AuditTrail.Arn',
      's3:PutObject AuditTrail.Arn/*',
      'secretsmanager:GetSecretValue AuditKey',
      'sqs:DeleteMessage AuditQueue.Arn',
      'sqs:GetQueueAttributes AuditQueue.Arn',
      'sqs:ReceiveMessage AuditQueue.Arn',
    ],
  ],
  [
    'CountsHandlerRole',
    [
      'dynamodb:DescribeStream TablesResults.StreamArn',
      'dynamodb:GetItem TablesCounts.Arn',
      'dynamodb:GetRecords TablesResults.StreamArn',
      'dynamodb:GetShardIterator TablesResults.StreamArn',
      'dynamodb:ListStreams *',
      'dynamodb:UpdateItem TablesCounts.Arn',
    ],
  ],
  [
    'HistoryHandlerRole',
    [
      'dynamodb:BatchWriteItem TablesHistory.Arn',
      'dynamodb:DescribeStream TablesResults.StreamArn',
      'dynamodb:GetItem TablesAlerts.Arn',
      'dynamodb:GetRecords TablesResults.StreamArn',
      'dynamodb:GetShardIterator TablesResults.StreamArn',
      'dynamodb:ListStreams *',
      'dynamodb:PutItem TablesAlerts.Arn',
      'dynamodb:Query TablesAlerts.Arn',
      'dynamodb:UpdateItem TablesAlerts.Arn',
      'sqs:SendMessage AlertingQueue.Arn',
    ],
  ],
  [
    'AlertingHandlerRole',
    [
      'dynamodb:BatchGetItem TablesResults.Arn',
      'dynamodb:GetItem TablesAlerts.Arn',
      'dynamodb:GetItem TablesResults.Arn',
      'dynamodb:PutItem TablesAlerts.Arn',
      'dynamodb:Query TablesAlerts.Arn',
      'dynamodb:Query TablesCounts.Arn',
      'dynamodb:Query TablesResults.Arn/index/by_created',
      'dynamodb:UpdateItem TablesAlerts.Arn',
      'secretsmanager:GetSecretValue JobsCallbackSecret',
      'sqs:DeleteMessage AlertingQueue.Arn',
      'sqs:GetQueueAttributes AlertingQueue.Arn',
      'sqs:ReceiveMessage AlertingQueue.Arn',
      'sqs:SendMessage AlertingQueue.Arn',
    ],
  ],
  [
    'TrafficAlertsHandlerRole',
    [
      'dynamodb:GetItem TablesAlerts.Arn',
      'dynamodb:PutItem TablesAlerts.Arn',
      'dynamodb:Query TablesAlerts.Arn',
      'dynamodb:Query TablesCounts.Arn',
      'dynamodb:UpdateItem TablesAlerts.Arn',
      'sqs:SendMessage AlertingQueue.Arn',
    ],
  ],
  ['ApiDownloadRole', ['s3:GetObject JobsInputs.Arn/exports/*']],
  ['ApiUploadRole', ['s3:PutObject JobsInputs.Arn/inputs/*']],
  [
    'BudgetReplayHandlerRole',
    [
      'dynamodb:Query JobsTable.Arn',
      'kinesis:PutRecords IngestBulkStream.Arn',
      's3:DeleteObject IngestSetAsides.Arn/over-budget/*',
      's3:GetObject IngestSetAsides.Arn/over-budget/*',
      's3:GetObject IngestSetAsides.Arn/restored/*',
      's3:ListBucket IngestSetAsides.Arn',
      'secretsmanager:GetSecretValue IngestRestoreKey',
      'sqs:DeleteMessage BudgetReplayQueue.Arn',
      'sqs:GetQueueAttributes BudgetReplayQueue.Arn',
      'sqs:ReceiveMessage BudgetReplayQueue.Arn',
    ],
  ],
  [
    'KeeperHandlerRole',
    [
      `athena:GetQueryExecution ${workgroup}`,
      `athena:GetQueryResults ${workgroup}`,
      `athena:StartQueryExecution ${workgroup}`,
      `athena:StopQueryExecution ${workgroup}`,
      ...['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
        (action) => `dynamodb:${action} KeeperTable.Arn`,
      ),
      'dynamodb:Query TablesCounts.Arn',
      ...TABLE_READS,
      ...['CreateTable', 'UpdateTable'].flatMap((action) =>
        ['catalog', 'database/aurastream', 'table/aurastream/results'].map(
          (resource) => `glue:${action} ${catalog}${resource}`,
        ),
      ),
      ...['AbortMultipartUpload', 'GetObject', 'PutObject'].flatMap((action) =>
        ['results_raw', 'results', 'query-results'].map(
          (prefix) => `s3:${action} LakeBucket.Arn/${prefix}/*`,
        ),
      ),
      's3:DeleteObject LakeBucket.Arn/results/*',
      's3:GetBucketLocation LakeBucket.Arn',
      's3:ListBucket LakeBucket.Arn',
      'sqs:DeleteMessage KeeperQueue.Arn',
      'sqs:GetQueueAttributes KeeperQueue.Arn',
      'sqs:ReceiveMessage KeeperQueue.Arn',
      'sqs:SendMessage KeeperQueue.Arn',
    ],
  ],
  [
    'PrivacyHandlerRole',
    [
      `athena:GetQueryExecution ${workgroup}`,
      `athena:GetQueryResults ${workgroup}`,
      `athena:StartQueryExecution ${workgroup}`,
      `athena:StopQueryExecution ${workgroup}`,
      'cloudformation:GetTemplate AWS::StackId',
      'dynamodb:Query JobsTable.Arn',
      'dynamodb:Query JobsTable.Arn/index/by_tenant',
      ...['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} KeeperTable.Arn`),
      ...['BatchWriteItem', 'Query'].map((action) => `dynamodb:${action} TablesHistory.Arn`),
      ...['BatchGetItem', 'GetItem', 'PartiQLInsert', 'PutItem', 'Scan'].map(
        (action) => `dynamodb:${action} TablesResults.Arn`,
      ),
      'firehose:PutRecordBatch LakeDeliveryStream.Arn',
      ...TABLE_READS,
      ...['catalog', 'database/aurastream', 'table/aurastream/results'].map(
        (resource) => `glue:UpdateTable ${catalog}${resource}`,
      ),
      ...['GetRecords', 'GetShardIterator', 'ListShards', 'PutRecord'].flatMap((action) =>
        ['IngestStream', 'IngestBulkStream'].map((stream) => `kinesis:${action} ${stream}.Arn`),
      ),
      ...['AbortMultipartUpload', 'GetObject', 'PutObject'].flatMap((action) =>
        ['results_raw', 'results', 'query-results'].map(
          (prefix) => `s3:${action} LakeBucket.Arn/${prefix}/*`,
        ),
      ),
      's3:DeleteObject LakeBucket.Arn/query-results/*',
      's3:DeleteObject LakeBucket.Arn/results/*',
      's3:DeleteObjectVersion LakeBucket.Arn/query-results/*',
      's3:DeleteObjectVersion LakeBucket.Arn/results_raw/*',
      's3:GetBucketLocation LakeBucket.Arn',
      ...['DeleteObject', 'DeleteObjectVersion', 'GetObject', 'PutObject'].map(
        (action) => `s3:${action} IngestFailures.Arn/aws/lambda/*`,
      ),
      ...['DeleteObject', 'DeleteObjectVersion', 'GetObject'].flatMap((action) =>
        ['set-asides', 'over-budget', 'unreadable'].map(
          (prefix) => `s3:${action} IngestSetAsides.Arn/${prefix}/*`,
        ),
      ),
      ...['GetObject', 'PutObject'].flatMap((action) =>
        ['erasures', 'privacy-requests'].map(
          (prefix) => `s3:${action} IngestSetAsides.Arn/${prefix}/*`,
        ),
      ),
      ...['DeleteObject', 'PutObject'].map((action) => `s3:${action} JobsInputs.Arn/exports/*`),
      ...['DeleteObject', 'GetObject'].flatMap((action) =>
        ['claims', 'inputs'].map((prefix) => `s3:${action} JobsInputs.Arn/${prefix}/*`),
      ),
      ...['GetObject', 'PutObject'].map((action) => `s3:${action} AuditTrail.Arn/entries/*`),
      ...['IngestFailures', 'IngestSetAsides', 'LakeBucket'].flatMap((bucket) =>
        ['ListBucket', 'ListBucketVersions'].map((action) => `s3:${action} ${bucket}.Arn`),
      ),
      's3:ListBucket JobsInputs.Arn',
      'secretsmanager:GetSecretValue AuditKey',
      'secretsmanager:GetSecretValue IngestRestoreKey',
      'sqs:DeleteMessage PrivacyQueue.Arn',
      'sqs:GetQueueAttributes PrivacyQueue.Arn',
      'sqs:ReceiveMessage PrivacyQueue.Arn',
      'sqs:SendMessage PrivacyQueue.Arn',
    ],
  ],
  [
    'JobsSubmissionRole',
    [
      'dynamodb:GetItem JobsTable.Arn',
      'dynamodb:GetItem TablesQuota.Arn',
      'dynamodb:Query JobsTable.Arn',
      'dynamodb:Query JobsTable.Arn/index/by_due',
      'dynamodb:UpdateItem JobsTable.Arn',
      'kinesis:PutRecords IngestBulkStream.Arn',
      's3:DeleteObject JobsInputs.Arn/inputs/*',
      's3:GetObject JobsInputs.Arn/inputs/*',
      's3:ListBucket JobsInputs.Arn',
      's3:PutObject JobsInputs.Arn/claims/*',
      's3:PutObject JobsInputs.Arn/record-lists/*',
      'sqs:DeleteMessage JobsQueue.Arn',
      'sqs:GetQueueAttributes JobsQueue.Arn',
      'sqs:ReceiveMessage JobsQueue.Arn',
      'sqs:SendMessage JobsCallbacks.Arn',
      'sqs:SendMessage JobsQueue.Arn',
    ],
  ],
  [
    'JobsCallbackRole',
    [
      'dynamodb:GetItem JobsTable.Arn',
      'dynamodb:Query JobsTable.Arn',
      'dynamodb:UpdateItem JobsTable.Arn',
      'secretsmanager:GetSecretValue JobsCallbackSecret',
      'sqs:DeleteMessage JobsCallbacks.Arn',
      'sqs:GetQueueAttributes JobsCallbacks.Arn',
      'sqs:ReceiveMessage JobsCallbacks.Arn',
      'sqs:SendMessage JobsCallbacks.Arn',
    ],
  ],
  [
    'LakeDeliveryRole',
    [
      'logs:PutLogEvents LakeDeliveryLogs.Arn',
      's3:AbortMultipartUpload LakeBucket.Arn/*',
      's3:GetBucketLocation LakeBucket.Arn',
      's3:GetObject LakeBucket.Arn/*',
      's3:ListBucket LakeBucket.Arn',
      's3:ListBucketMultipartUploads LakeBucket.Arn',
      's3:PutObject LakeBucket.Arn/*',
    ],
  ],
])('the role %s may do what its function does, and nothing else', (role, grants) => {
  const is_of_function = !['LakeDeliveryRole', 'ApiUploadRole', 'ApiDownloadRole'].includes(role);
  const own = is_of_function ? listObservability(role) : [];
  expect(listGrants(role)).toEqual([...grants, ...own].sort());
});

it('only its service may assume a role, only for the own account, and no role but that of the access log has a managed policy', () => {
  const account = 'AWS::AccountId';
  const assumedBy = (Service: string, key: string) => ({
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { [key]: account } },
        },
      ],
    },
  });
  const lambda = assumedBy('lambda.amazonaws.com', 'aws:SourceAccount');
  expect(listResources(template, 'AWS::IAM::Role')).toEqual({
    ConsumerHandlerRole: lambda,
    BulkConsumerHandlerRole: lambda,
    ApiHandlerRole: lambda,
    ApiDownloadHandlerRole: lambda,
    ApiAuthorizerHandlerRole: lambda,
    // The account has one such role for all APIs, and CDK creates it.
    ApiRestApiCloudWatchRole: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'apigateway.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      ManagedPolicyArns: [
        'arn:AWS::Partition:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      ],
    },
    ApiDownloadRole: {
      Description: 'Signs the URLs from which callers download the files of exports',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: 'ApiHandlerRole.Arn' }, Action: 'sts:AssumeRole' },
        ],
      },
    },
    ApiUploadRole: {
      Description: 'Signs the URLs to which callers upload the inputs of jobs',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: 'ApiHandlerRole.Arn' }, Action: 'sts:AssumeRole' },
        ],
      },
    },
    AuditHandlerRole: lambda,
    BudgetReplayHandlerRole: lambda,
    CountsHandlerRole: lambda,
    HistoryHandlerRole: lambda,
    AlertingHandlerRole: lambda,
    TrafficAlertsHandlerRole: lambda,
    KeeperHandlerRole: lambda,
    PrivacyHandlerRole: lambda,
    JobsSubmissionRole: lambda,
    JobsCallbackRole: lambda,
    LakeDeliveryRole: assumedBy('firehose.amazonaws.com', 'sts:ExternalId'),
  });
});

it('each policy belongs to the one role of its name', () => {
  for (const [id, { Roles }] of Object.entries(policies)) {
    expect(Roles).toEqual([id.replace(/DefaultPolicy$/, '')]);
  }
});

it.each([
  ['ConsumerMapping', 'AWS::Lambda::EventSourceMapping', 'ConsumerHandlerRole'],
  ['BulkConsumerMapping', 'AWS::Lambda::EventSourceMapping', 'BulkConsumerHandlerRole'],
  ['BudgetReplayFeed', 'AWS::Lambda::EventSourceMapping', 'BudgetReplayHandlerRole'],
  ['CountsMapping', 'AWS::Lambda::EventSourceMapping', 'CountsHandlerRole'],
  ['HistoryMapping', 'AWS::Lambda::EventSourceMapping', 'HistoryHandlerRole'],
  ['AlertingFeed', 'AWS::Lambda::EventSourceMapping', 'AlertingHandlerRole'],
  ['AuditFeed', 'AWS::Lambda::EventSourceMapping', 'AuditHandlerRole'],
  ['KeeperFeed', 'AWS::Lambda::EventSourceMapping', 'KeeperHandlerRole'],
  ['PrivacyFeed', 'AWS::Lambda::EventSourceMapping', 'PrivacyHandlerRole'],
  ['JobsSubmissionFeed', 'AWS::Lambda::EventSourceMapping', 'JobsSubmissionRole'],
  ['JobsCallbackFeed', 'AWS::Lambda::EventSourceMapping', 'JobsCallbackRole'],
  ['LakeDeliveryStream', 'AWS::KinesisFirehose::DeliveryStream', 'LakeDeliveryRole'],
])('%s, of the type %s, is created after the policy of %s', (id, type, role) => {
  expect(listDependencies(template, type)[id]).toEqual(
    expect.arrayContaining([`${role}DefaultPolicy`, role]),
  );
});
