import { DEPLOYED } from '@aurastream/cost-model';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { createAnalysisCounts } from '../../processors/analysis/counts.ts';
import { batchMetrics, engineMetrics, quotaMetrics } from '../../processors/stream/measures.ts';
import { readDoc, readDocNumber, readDocTable } from '../support/doc-tables.ts';
import {
  listResources,
  type Properties,
  synthesize,
  synthesizeStack,
} from '../support/template.ts';

const RUNBOOK = 'docs/operations.md';
const described = readDocTable(RUNBOOK, 'Alarms').map((row) => [row.alarm, row] as const);

let every_alarm: Record<string, Properties>;
/** The alarms that publish by themselves. slos.test.ts tests the windows of objectives. */
let alarms: Record<string, Properties>;
beforeAll(() => {
  every_alarm = listResources(synthesize(), 'AWS::CloudWatch::Alarm');
  alarms = Object.fromEntries(
    Object.entries(every_alarm).filter(([id]) => id.startsWith('Alarms')),
  );
});

/** CloudWatch bills each metric that an alarm watches. */
const countMetrics = ({ Metrics }: Properties) =>
  Metrics === undefined ? 1 : Metrics.filter((metric: Properties) => 'MetricStat' in metric).length;

it('a stack has no more metrics with alarms, composite alarms, dashboards and secrets than the cost model assumes', () => {
  const metrics = Object.values(every_alarm).map(countMetrics);
  const count = (type: string) => Object.keys(listResources(synthesize(), type)).length;
  for (const [found, most] of [
    [metrics.reduce((sum, each) => sum + each, 0), DEPLOYED.alarm_metrics],
    [count('AWS::CloudWatch::CompositeAlarm'), DEPLOYED.composite_alarms],
    [count('AWS::CloudWatch::Dashboard'), DEPLOYED.dashboards],
    [count('AWS::SecretsManager::Secret'), DEPLOYED.secrets],
  ] as const) {
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(most);
  }
});

/** The dimensions that the column `dimension` of the runbook's table names. */
const DIMENSIONS: Record<string, Record<string, string>> = {
  consumer: { FunctionName: 'ConsumerHandler' },
  'bulk consumer': { FunctionName: 'BulkConsumerHandler' },
  'bulk mapping': { EventSourceMappingUUID: 'BulkConsumerMapping' },
  'bulk stream': { StreamName: 'IngestBulkStream' },
  'stream mapping': { EventSourceMappingUUID: 'ConsumerMapping' },
  stream: { StreamName: 'IngestStream' },
  'service and environment': { environment: 'dev', service: 'consumer' },
  'results table': { TableName: 'TablesResults' },
  'results index': { GlobalSecondaryIndexName: 'by_arrival', TableName: 'TablesResults' },
  'jobs table': { TableName: 'JobsTable' },
  'delivery stream': { DeliveryStreamName: 'LakeDeliveryStream' },
  'keeper and environment': { environment: 'dev', service: 'keeper' },
  'keeper queue': { QueueName: 'KeeperQueue.QueueName' },
  'dead letters of the keeper queue': { QueueName: 'KeeperQueueDeadLetters.QueueName' },
  'audit and environment': { environment: 'dev', service: 'audit' },
  'dead letters of the audit queue': { QueueName: 'AuditQueueDeadLetters.QueueName' },
  'dead letters of the privacy queue': { QueueName: 'PrivacyQueueDeadLetters.QueueName' },
  'submission and environment': { environment: 'dev', service: 'submission' },
  'submission function': { FunctionName: 'JobsSubmission' },
  'jobs queue': { QueueName: 'JobsQueue.QueueName' },
  'dead letters of the jobs queue': { QueueName: 'JobsQueueDeadLetters.QueueName' },
  'dead letters of the replay queue': { QueueName: 'BudgetReplayQueueDeadLetters.QueueName' },
  'callback queue': { QueueName: 'JobsCallbacks.QueueName' },
  'dead letters of the callback queue': { QueueName: 'JobsCallbacksDeadLetters.QueueName' },
  'alerts queue': { QueueName: 'AlertingQueue.QueueName' },
  'dead letters of the alerts queue': { QueueName: 'AlertingQueueDeadLetters.QueueName' },
  'traffic alerts function': { FunctionName: 'TrafficAlertsHandler' },
  'counts function': { FunctionName: 'CountsHandler' },
  'history function': { FunctionName: 'HistoryHandler' },
  'history and environment': { environment: 'dev', service: 'history' },
  'counts and environment': { environment: 'dev', service: 'counts' },
  API: { ApiName: 'AuraStream' },
  'API function': { FunctionName: 'ApiHandler' },
  'download function': { FunctionName: 'ApiDownloadHandler' },
};

const listDimensions = (name = '') =>
  Object.entries(DIMENSIONS[name] ?? {}).map(([Name, Value]) => ({ Name, Value }));

const SILENCES = [
  ['ConsumerIsSilent', 'stream', 'consumer'],
  ['BulkConsumerIsSilent', 'bulk stream', 'bulk consumer'],
] as const;
const isSilence = (name?: string) => SILENCES.some(([silence]) => silence === name);
/** Alarms on what is measured once an hour or more rarely. They must not end in between. */
const KEEPING_STATE = new Set(['CountsDrift', 'CountsUnchecked']);
const COMMON = {
  ComparisonOperator: 'GreaterThanThreshold',
  AlarmActions: ['AlarmsTopic'],
  OKActions: ['AlarmsTopic'],
};

it.each(described.filter(([name]) => !isSilence(name)))(
  'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time',
  (name, row) => {
    const [metric] = row.metric?.split(', in ') ?? [];
    const { statistic = '' } = row;
    expect(alarms[`Alarms${name}`]).toEqual({
      ...COMMON,
      Namespace: row.namespace,
      MetricName: metric,
      Dimensions: listDimensions(row.dimension),
      ...(statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
      Threshold: readDocNumber(row.threshold),
      EvaluationPeriods: readDocNumber(row.periods),
      Period: 300,
      TreatMissingData: KEEPING_STATE.has(String(name)) ? 'ignore' : 'notBreaching',
      AlarmDescription: expect.stringContaining(`docs/operations.md, ${name}.`),
    });
  },
);

it.each(SILENCES)(
  'the alarm %s goes off while records arrive and the consumer is not invoked',
  (name, stream, consumer) => {
    const metric = (Id: string, Namespace: string, MetricName: string, dimension: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions: listDimensions(dimension) },
        Period: 300,
        Stat: 'Sum',
      },
      ReturnData: false,
    });
    expect(alarms[`Alarms${name}`]).toEqual({
      ...COMMON,
      Threshold: 0,
      EvaluationPeriods: 2,
      // Without records there is no data. The alarm must not end only because producers have stopped.
      TreatMissingData: 'ignore',
      Metrics: [
        {
          Id: expect.any(String),
          Label: expect.any(String),
          Expression: 'IF(FILL(invocations, 0) == 0, records, 0)',
          ReturnData: true,
        },
        metric('records', 'AWS/Kinesis', 'IncomingRecords', stream),
        metric('invocations', 'AWS/Lambda', 'Invocations', consumer),
      ],
      AlarmDescription: expect.stringContaining(`docs/operations.md, ${name}.`),
    });
  },
);

it('the runbook lists every alarm, and has a section for each', () => {
  const names = described.map(([name]) => name);
  expect(Object.keys(alarms)).toEqual(names.map((name) => `Alarms${name}`));
  const runbook = readDoc(RUNBOOK);
  for (const name of names) expect(runbook, name).toMatch(new RegExp(`^### ${name}$`, 'm'));
});

it('the settings of the runbook move the thresholds of their alarms', () => {
  const moved = synthesize({
    alarms: {
      ...settings.alarms,
      late_seconds: 7,
      bulk_late_seconds: 6,
      set_asides_in_five_minutes: 8,
      throttles_in_five_minutes: 9,
      rejected_records_in_five_minutes: 10,
      oldest_message_seconds: 11,
      lake_late_seconds: 13,
      api_latency_ms: 12,
    },
  });
  const found = listResources(moved, 'AWS::CloudWatch::Alarm');
  const changed = described.filter(
    ([name]) => found[`Alarms${name}`]?.Threshold !== alarms[`Alarms${name}`]?.Threshold,
  );
  expect(
    changed.map(([name, { setting }]) => [setting, found[`Alarms${name}`]?.Threshold]),
  ).toEqual([
    ['alarms.late_seconds', 7_000],
    ['alarms.bulk_late_seconds', 6_000],
    ['alarms.rejected_records_in_five_minutes', 10],
    ['alarms.set_asides_in_five_minutes', 8],
    ['alarms.throttles_in_five_minutes', 9],
    ['alarms.oldest_message_seconds', 11],
    ['alarms.oldest_message_seconds', 11],
    ['alarms.oldest_message_seconds', 11],
    ['alarms.lake_late_seconds', 13],
    ['alarms.oldest_message_seconds', 11],
    ['alarms.late_seconds', 7_000],
    ['alarms.late_seconds', 7_000],
    ['alarms.api_latency_ms', 12],
  ]);
  const named = described.filter(([, { setting }]) => setting !== '');
  expect(named).toEqual(changed);
});

it('the runbook explains every metric that the consumer publishes, and names the alarm that watches it', () => {
  const watched = Object.fromEntries(
    described
      .filter(([, { dimension }]) => dimension === 'service and environment')
      .map(([name, { metric = '' }]) => [metric, name]),
  );
  const published = Object.keys(listMetrics());
  const explained = readDocTable(RUNBOOK, 'Metrics').map(({ metric, alarm }) => [metric, alarm]);
  expect(explained.sort()).toEqual(published.map((name) => [name, watched[name] ?? '']).sort());
  expect(published).toEqual(expect.arrayContaining(Object.keys(watched)));
});

/** Lists the metrics that the consumer publishes for a batch. */
function listMetrics(): Record<string, number> {
  const none = { granted: 0, refused: 0, waited_ms: 0, throttles: 0, ledger_errors: 0 };
  const breaker = { open: false, opened: 0, spared: 0 };
  const quota = { ...none, calls_per_second: 10, breaker };
  return batchMetrics({
    records_in: 0,
    results: 0,
    unchanged: 0,
    not_newer: 0,
    set_asides: 0,
    cancelled: 0,
    failed: 0,
    misfits: {},
    reasons: {},
    duration_ms: 0,
    iterator_age_ms: 0,
    end_to_end_ms: 0,
    analysis: createAnalysisCounts(),
    quota: quotaMetrics(quota, quota),
    engine: engineMetrics({ ...quota, units: 0 }, { ...quota, units: 0 }),
  });
}

const fromAlarms = {
  StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' },
  ArnLike: {
    'aws:SourceArn': 'arn:AWS::Partition:cloudwatch:AWS::Region:AWS::AccountId:alarm:*',
  },
};

// Source: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
it('only alarms of the account may publish to the topic, and only over TLS', () => {
  const policy = Object.values(listResources(synthesize(), 'AWS::SNS::TopicPolicy'))[0];
  const [refuse, allow] = policy?.PolicyDocument.Statement ?? [];
  expect(refuse).toMatchObject({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sns:Publish',
    Resource: 'AlarmsTopic',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
  expect(allow).toMatchObject({
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: 'AlarmsTopic',
    Condition: fromAlarms,
  });
});

// Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
it('an encrypted topic has a key of its own, because CloudWatch may not use the key of SNS', () => {
  expect(listResources(synthesize(), 'AWS::KMS::Key')).toEqual({});
  const template = synthesize({ alarms: { ...settings.alarms, encrypts_topic: true } });
  const [topic] = Object.values(listResources(template, 'AWS::SNS::Topic'));
  expect(topic?.KmsMasterKeyId).toBe('AlarmsTopicKey.Arn');
  const { AlarmsTopicKey } = listResources(template, 'AWS::KMS::Key');
  expect(AlarmsTopicKey?.EnableKeyRotation).toBe(true);
  expect(AlarmsTopicKey?.KeyPolicy.Statement).toContainEqual({
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: fromAlarms,
  });
});

it('a deployment without an address for its alarms is warned', () => {
  const listWarnings = (emails: string[]) => {
    const stack = synthesizeStack({ alarms: { ...settings.alarms, emails } });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('alarmEmails'));
  };
  expect(listWarnings([])).toHaveLength(1);
  expect(listWarnings(['a@example.com'])).toEqual([]);
});
