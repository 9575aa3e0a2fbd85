import { Duration } from 'aws-cdk-lib';
import { beforeAll, expect, it } from 'vitest';
import { badMinutes, badShare } from '../../infra/constructs/slos/burn-rates.ts';
import { settings } from '../../infra/settings.ts';
import { readDoc, readDocNumber, readDocTable } from '../support/doc-tables.ts';
import { listResources, type Properties, synthesize } from '../support/template.ts';

const RUNBOOK = 'docs/operations.md';
const OBJECTIVES = readDocTable(RUNBOOK, 'Service levels');
const ALARMS = ['ApiErrorsBurnBudget', 'ApiLatencyBurnsBudget', 'StreamLagBurnsBudget'];
/** Seconds of the four windows, with the factor of each. */
const WINDOWS = [
  ['1Hours', 3_600, 14.4],
  ['5Minutes', 300, 14.4],
  ['6Hours', 21_600, 6],
  ['30Minutes', 1_800, 6],
] as const;

let alarms: Record<string, Properties>;
let composites: Record<string, Properties>;
beforeAll(() => {
  const template = synthesize();
  alarms = listResources(template, 'AWS::CloudWatch::Alarm');
  composites = listResources(template, 'AWS::CloudWatch::CompositeAlarm');
});

const COMMON = {
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};
const apiMetric = (Id: string, Period: number, Stat: string) => ({
  Id,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5XXError',
      Dimensions: [{ Name: 'ApiName', Value: 'AuraStream' }],
    },
    Period,
    Stat,
  },
});
const durationMetric = (Id: string, Period: number, Stat: string) => ({
  Id,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: 'ApiHandler' }],
    },
    Period,
    Stat,
  },
});

/** Splits the metrics of an alarm into its expression and the metrics of that. */
function readMetrics({ Metrics }: Properties) {
  const [{ Expression }, ...metrics] = Metrics;
  return { Expression, metrics };
}

it.each(WINDOWS)(
  'in the window %s of %d s, an alarm compares the share of requests with 5xx with %d times the budget',
  (window, seconds, factor) => {
    const alarm = alarms[`SlosApiErrorsBurnBudgetIn${window}`] ?? {};
    expect(alarm).toMatchObject({ ...COMMON, EvaluationPeriods: 1 });
    expect(alarm.Threshold).toBeCloseTo(0.1 * factor);
    const is_long = seconds >= 3_600;
    expect(readMetrics(alarm)).toEqual({
      Expression: is_long ? 'IF(errors > 5, 100 * error_rate, 0)' : '100 * error_rate',
      metrics: [
        apiMetric('error_rate', seconds, 'Average'),
        ...(is_long ? [apiMetric('errors', seconds, 'Sum')] : []),
      ],
    });
  },
);

it.each(WINDOWS)(
  'in the window %s of %d s, an alarm compares the share of slow requests with %d times the budget',
  (window, seconds, factor) => {
    const alarm = alarms[`SlosApiLatencyBurnsBudgetIn${window}`] ?? {};
    expect(alarm).toMatchObject({ ...COMMON, EvaluationPeriods: 1 });
    expect(alarm.Threshold).toBeCloseTo(1 * factor);
    const is_long = seconds >= 3_600;
    expect(readMetrics(alarm)).toEqual({
      Expression: is_long ? 'IF(requests * (100 - fast) / 100 > 5, 100 - fast, 0)' : '100 - fast',
      metrics: [
        durationMetric('fast', seconds, 'PR(:2000)'),
        ...(is_long ? [durationMetric('requests', seconds, 'SampleCount')] : []),
      ],
    });
  },
);

it.each([
  ['1Hours', 60, 9],
  ['5Minutes', 5, 1],
  ['6Hours', 360, 22],
  ['30Minutes', 30, 2],
])(
  'in the window %s of %d minutes, an alarm goes off if live records wait too long in %d of them',
  (window, minutes, bad) => {
    expect(alarms[`SlosStreamLagBurnsBudgetIn${window}`]).toMatchObject({
      ...COMMON,
      Namespace: 'AWS/Lambda',
      MetricName: 'IteratorAge',
      Dimensions: [{ Name: 'FunctionName', Value: 'ConsumerHandler' }],
      Statistic: 'Maximum',
      Period: 60,
      Threshold: 60_000,
      EvaluationPeriods: minutes,
      DatapointsToAlarm: bad,
    });
  },
);

it.each(ALARMS)(
  'the alarm %s goes off if both windows of a burn rate say so, and it alone publishes',
  (name) => {
    const child = (window: string) => `ALARM("Slos${name}In${window}.Arn")`;
    const { AlarmRule, AlarmActions, OKActions, AlarmDescription } =
      composites[`Slos${name}`] ?? {};
    expect(AlarmRule).toBe(
      `((${child('1Hours')} AND ${child('5Minutes')}) OR (${child('6Hours')} AND ${child('30Minutes')}))`,
    );
    expect([AlarmActions, OKActions]).toEqual([['AlarmsTopic'], ['AlarmsTopic']]);
    expect(AlarmDescription).toContain(`docs/operations.md, ${name}.`);
    for (const [window] of WINDOWS) {
      expect(alarms[`Slos${name}In${window}`]).not.toHaveProperty('AlarmActions');
    }
  },
);

it('the runbook states each objective as the settings do, and has a section for its alarm', () => {
  const { api_available, api_fast, live_records_current } = settings.objectives;
  expect(
    OBJECTIVES.map((row) => [row.alarm, readDocNumber(row.objective?.replace(' %', ''))]),
  ).toEqual([
    ['ApiErrorsBurnBudget', api_available.percent],
    ['ApiLatencyBurnsBudget', api_fast.percent],
    ['StreamLagBurnsBudget', live_records_current.percent],
  ]);
  expect(OBJECTIVES[1]?.good).toContain(`${api_fast.within_ms / 1_000} s`);
  expect(OBJECTIVES[2]?.good).toContain(`${live_records_current.within_seconds} s`);
  const runbook = readDoc(RUNBOOK);
  for (const name of ALARMS) expect(runbook, name).toMatch(new RegExp(`^### ${name}$`, 'm'));
  expect(Object.keys(composites)).toEqual(ALARMS.map((name) => `Slos${name}`));
});

it('the thresholds of all windows follow the objectives of the settings, and the setting leaves the dashboard out', () => {
  const template = synthesize({
    has_dashboard: false,
    objectives: {
      api_available: { percent: 99.5 },
      api_fast: { percent: 95, within_ms: 700 },
      live_records_current: { percent: 95, within_seconds: 10 },
    },
  });
  const moved = listResources(template, 'AWS::CloudWatch::Alarm');
  expect(moved.SlosApiErrorsBurnBudgetIn1Hours?.Threshold).toBeCloseTo(7.2);
  expect(moved.SlosApiLatencyBurnsBudgetIn5Minutes?.Threshold).toBeCloseTo(72);
  expect(JSON.stringify(moved.SlosApiLatencyBurnsBudgetIn5Minutes)).toContain('PR(:700)');
  expect(moved.SlosStreamLagBurnsBudgetIn6Hours).toMatchObject({
    Threshold: 10_000,
    DatapointsToAlarm: 108,
  });
  expect(listResources(template, 'AWS::CloudWatch::Dashboard')).toEqual({});
});

it('a burn rate of 1 spends the budget in exactly 30 days, and 14.4 spends 2 % of it in an hour', () => {
  expect(badShare(99.9, 1)).toBe(0.1);
  expect((badShare(99.9, 14.4) / 0.1) * (1 / (30 * 24))).toBeCloseTo(0.02);
  expect((badShare(99.9, 6) / 0.1) * (6 / (30 * 24))).toBeCloseTo(0.05);
  expect(badMinutes(99, 14.4, Duration.hours(1))).toBe(9);
  expect(badMinutes(99.99, 14.4, Duration.minutes(5))).toBe(1);
});
