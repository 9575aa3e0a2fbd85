import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { listResources, type Properties, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

let alarms: Record<string, Properties>;
beforeAll(() => {
  alarms = listResources(synthesize(), 'AWS::CloudWatch::Alarm');
});

const consumer = { Namespace: 'AuraStream', Dimensions: [{ Name: 'service', Value: 'consumer' }] };
const handler = {
  Namespace: 'AWS/Lambda',
  Dimensions: [{ Name: 'FunctionName', Value: 'ConsumerHandler' }],
};
const deadLetters = (queue: string) => ({
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: `${queue}.QueueName` }],
  Statistic: 'Maximum',
});

/**
 * Expected alarms, each with its name, metric, threshold and number of five-minute periods. See
 * docs/operations.md.
 */
const EXPECTED: [name: string, metric: object, threshold: number, periods: number][] = [
  ['StreamIsLate', { ...handler, MetricName: 'IteratorAge', Statistic: 'Maximum' }, 300_000, 3],
  [
    'BatchesGivenUp',
    {
      Namespace: 'AWS/Lambda',
      MetricName: 'OnFailureDestinationDeliveredEventCount',
      Dimensions: [{ Name: 'EventSourceMappingUUID', Value: 'ConsumerMapping' }],
      Statistic: 'Sum',
    },
    0,
    1,
  ],
  ['ConsumerFails', { ...handler, MetricName: 'Errors', Statistic: 'Sum' }, 0, 3],
  ['RecordsSetAside', { ...consumer, MetricName: 'set_asides', Statistic: 'Sum' }, 100, 1],
  ['AnalyzerIsDown', { ...consumer, MetricName: 'breaker_open', Statistic: 'Maximum' }, 0, 1],
  [
    'AnalyzerThrottles',
    { ...consumer, MetricName: 'analyzer_throttles', Statistic: 'Sum' },
    100,
    3,
  ],
  ['CacheIsDown', { ...consumer, MetricName: 'cache_errors', Statistic: 'Sum' }, 0, 3],
  ['LedgerIsDown', { ...consumer, MetricName: 'ledger_errors', Statistic: 'Sum' }, 0, 3],
  [
    'LakeIsLate',
    {
      Namespace: 'AWS/Firehose',
      MetricName: 'DeliveryToS3.DataFreshness',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: 'LakeDeliveryStream' }],
      Statistic: 'Maximum',
    },
    900,
    1,
  ],
  ['SubmissionsFail', deadLetters('JobsQueueDeadLetters'), 0, 1],
  ['CallbacksFail', deadLetters('JobsCallbacksDeadLetters'), 0, 1],
  [
    'ApiFails',
    {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5XXError',
      Dimensions: [{ Name: 'ApiName', Value: 'RestApi' }],
      Statistic: 'Sum',
    },
    5,
    1,
  ],
];

it.each(EXPECTED)(
  'the alarm %s watches its metric and is raised above its threshold, for its time',
  (name, metric, Threshold, EvaluationPeriods) => {
    expect(alarms[`Alarms${name}`]).toEqual({
      ...metric,
      Threshold,
      EvaluationPeriods,
      Period: 300,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: ['AlarmsTopic'],
      OKActions: ['AlarmsTopic'],
      AlarmDescription: expect.stringContaining(`docs/operations.md, ${name}.`),
    });
  },
);

it('there are no other alarms', () => {
  expect(Object.keys(alarms)).toEqual(EXPECTED.map(([name]) => `Alarms${name}`));
});

it('the settings move the thresholds of lateness, set-asides and throttles', () => {
  const moved = synthesize({
    alarms: {
      ...settings.alarms,
      late_seconds: 7,
      set_asides_in_five_minutes: 8,
      throttles_in_five_minutes: 9,
    },
  });
  const { AlarmsStreamIsLate, AlarmsRecordsSetAside, AlarmsAnalyzerThrottles } = listResources(
    moved,
    'AWS::CloudWatch::Alarm',
  );
  const found = [AlarmsStreamIsLate, AlarmsRecordsSetAside, AlarmsAnalyzerThrottles];
  expect(found.map((alarm) => alarm?.Threshold)).toEqual([7_000, 8, 9]);
});

it('each email address of the settings gets the alarms', () => {
  const emails = ['a@example.com', 'b@example.com'];
  const subscribed = synthesize({ alarms: { ...settings.alarms, emails } });
  const found = Object.values(listResources(subscribed, 'AWS::SNS::Subscription'));
  expect(found).toEqual(
    emails.map((Endpoint) => ({ Endpoint, Protocol: 'email', TopicArn: 'AlarmsTopic' })),
  );
});
