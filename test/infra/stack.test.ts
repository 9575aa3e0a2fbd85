import { expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { ANALYZERS } from '../../schemas/index.ts';
import { listOutputs, synthesize } from '../support/template.ts';

const template = synthesize();

it('each output names the resource that the commands look for under it', () => {
  const { ApiUrl, ApiRestApiEndpoint: _, UsagePlanIds, ...outputs } = listOutputs(template);
  expect(outputs).toEqual({
    StreamName: 'IngestStream',
    BulkStreamName: 'IngestBulkStream',
    CacheTableName: 'TablesCache',
    QuotaTableName: 'TablesQuota',
    KeysTableName: 'TablesKeys',
    ResultsTableName: 'TablesResults',
    CountsTableName: 'TablesCounts',
    HistoryTableName: 'TablesHistory',
    AlertsTableName: 'TablesAlerts',
    SetAsideBucketName: 'IngestSetAsides',
    RestoreKeyArn: 'IngestRestoreKey',
    AuditBucketName: 'AuditTrail',
    AuditKeyArn: 'AuditKey',
    AuditRetentionDays: '400',
    FailureBucketName: 'IngestFailures',
    LakeBucketName: 'LakeBucket',
    DeliveryStreamName: 'LakeDeliveryStream',
    DatabaseName: 'aurastream',
    KeeperTableName: 'KeeperTable',
    BufferSeconds: 'LakeBufferSeconds',
    ParallelizationFactor: '1',
    WorkgroupName: 'LakeWorkGroup',
    ConsumerFunctionName: 'ConsumerHandler',
    BulkConsumerFunctionName: 'BulkConsumerHandler',
    JobsTableName: 'JobsTable',
    InputBucketName: 'JobsInputs',
    JobsQueueUrl: 'JobsQueue',
    CallbackQueueUrl: 'JobsCallbacks',
    CallbackSecretArn: 'JobsCallbackSecret',
    AlarmTopicArn: 'AlarmsTopic',
    ApiId: 'ApiRestApi',
    ApiStage: 'v1',
    AnalyzerName: settings.analysis.analyzer,
    AnalyzerVersion: ANALYZERS[settings.analysis.analyzer].version,
  });
  expect(ApiUrl).toMatch(/^https:\/\/ApiRestApi\.execute-api\..*\/ApiRestApiDeploymentStagev1$/);
  expect(JSON.parse(String(UsagePlanIds))).toEqual({
    starter: 'ApiStarterPlan',
    growth: 'ApiGrowthPlan',
    professional: 'ApiProfessionalPlan',
    enterprise: 'ApiEnterprisePlan',
  });
});
