import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { createAnalysisCounts } from '../../processors/analysis/counts.ts';
import { batchMetrics, quotaMetrics } from '../../processors/stream/measures.ts';
import { readDoc, readDocNumber, readDocTable } from '../support/doc-tables.ts';
import { listResources, type Properties, synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

const RUNBOOK = 'docs/operations.md';
const described = readDocTable(RUNBOOK, 'Alarms').map((row) => [row.alarm, row] as const);

let alarms: Record<string, Properties>;
beforeAll(() => {
  alarms = listResources(synthesize(), 'AWS::CloudWatch::Alarm');
});

/** The dimensions that the column `dimension` of the runbook's table names. */
const DIMENSIONS: Record<string, { Name: string; Value: string }> = {
  consumer: { Name: 'FunctionName', Value: 'ConsumerHandler' },
  'bulk consumer': { Name: 'FunctionName', Value: 'BulkConsumerHandler' },
  'stream mapping': { Name: 'EventSourceMappingUUID', Value: 'ConsumerMapping' },
  'bulk mapping': { Name: 'EventSourceMappingUUID', Value: 'BulkConsumerMapping' },
  service: { Name: 'service', Value: 'consumer' },
  'delivery stream': { Name: 'DeliveryStreamName', Value: 'LakeDeliveryStream' },
  'jobs queue': { Name: 'QueueName', Value: 'JobsQueueDeadLetters.QueueName' },
  'callback queue': { Name: 'QueueName', Value: 'JobsCallbacksDeadLetters.QueueName' },
  API: { Name: 'ApiName', Value: 'RestApi' },
};

it.each(described)(
  'the alarm %s watches the metric of the runbook and goes off above its threshold, for its time',
  (name, row) => {
    const [metric] = row.metric?.split(', in ') ?? [];
    expect(alarms[`Alarms${name}`]).toEqual({
      Namespace: row.namespace,
      MetricName: metric,
      Dimensions: [DIMENSIONS[row.dimension ?? '']],
      Statistic: row.statistic,
      Threshold: readDocNumber(row.threshold),
      EvaluationPeriods: readDocNumber(row.periods),
      Period: 300,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: ['AlarmsTopic'],
      OKActions: ['AlarmsTopic'],
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
    ['alarms.set_asides_in_five_minutes', 8],
    ['alarms.throttles_in_five_minutes', 9],
  ]);
  const named = described.filter(([, { setting }]) => setting !== '');
  expect(named).toEqual(changed);
});

it('the runbook explains every metric that the consumer publishes, and names the alarm that watches it', () => {
  const watched = Object.fromEntries(
    described
      .filter(([, { namespace }]) => namespace === 'AuraStream')
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
    set_asides: 0,
    cancelled: 0,
    failed: 0,
    duration_ms: 0,
    iterator_age_ms: 0,
    end_to_end_ms: 0,
    analysis: createAnalysisCounts(),
    quota: quotaMetrics(quota, quota),
  });
}
