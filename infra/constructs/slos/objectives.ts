import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Api } from '../api.ts';
import type { Consumer } from '../consumer.ts';
import { badMinutes, badShare } from './burn-rates.ts';

/** The parts that the objectives measure. */
export interface SloProps {
  settings: Settings;
  api: Api;
  consumer: Consumer;
}

/** A window in which an error budget is measured. */
interface Window {
  factor: number;
  length: Duration;
  /** A long window says nothing of a few bad events, because one of ten requests is 10 %. */
  is_long: boolean;
}

/** A service level objective, and the condition under which a window spends too much of its budget. */
export interface Objective {
  /** Name of the alarm, under which docs/operations.md says what to do. */
  alarm: string;
  meaning: string;
  condition: (window: Window) => cloudwatch.AlarmProps;
}

/**
 * Number of bad requests that a long window needs before its share counts. A deployment with few requests would
 * otherwise raise an alarm for each failed one.
 */
const IGNORED_REQUESTS = 5;

/** Returns the objectives of a deployment. See docs/operations.md, "Service levels". */
export function listObjectives({ settings, api, consumer }: SloProps): Objective[] {
  const { api_available, api_fast, live_records_current } = settings.objectives;
  return [
    {
      alarm: 'ApiErrorsBurnBudget',
      meaning: 'The API answers too many requests with 5xx to keep its objective.',
      condition: (window) => watchRequests(window, api_available.percent, requestErrors(api)),
    },
    {
      alarm: 'ApiLatencyBurnsBudget',
      meaning: 'The API answers too many requests too slowly to keep its objective.',
      condition: (window) =>
        watchRequests(window, api_fast.percent, slowRequests(api, api_fast.within_ms)),
    },
    {
      alarm: 'StreamLagBurnsBudget',
      meaning: 'Live records wait on the stream for too many minutes to keep their objective.',
      condition: (window) =>
        watchMinutes(window, consumer, live_records_current.percent, {
          late_ms: live_records_current.within_seconds * 1_000,
        }),
    },
  ];
}

/** Expressions over metrics: the share of bad requests in percent, and their number. */
export interface BadRequests {
  share: string;
  number: string;
  /** Metrics of the share, and those that only the number needs. */
  share_metrics: Record<string, cloudwatch.IMetric>;
  number_metrics: Record<string, cloudwatch.IMetric>;
}

/**
 * Returns the requests that API Gateway answered with 5xx. The average of its metric is their share.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
export function requestErrors({ rest_api }: Pick<Api, 'rest_api'>): BadRequests {
  return {
    share: '100 * error_rate',
    number: 'errors',
    share_metrics: { error_rate: rest_api.metricServerError({ statistic: 'Average' }) },
    number_metrics: { errors: rest_api.metricServerError({ statistic: 'Sum' }) },
  };
}

/**
 * Returns the requests that took the function of the API too long. The metric `Latency` of API Gateway would
 * count downloads too, which take minutes.
 */
export function slowRequests({ handler }: Pick<Api, 'handler'>, within_ms: number): BadRequests {
  return {
    share: '100 - fast',
    number: 'requests * (100 - fast) / 100',
    share_metrics: {
      fast: handler.metricDuration({ statistic: cloudwatch.Stats.percentileRank(within_ms) }),
    },
    number_metrics: {
      requests: handler.metricDuration({ statistic: cloudwatch.Stats.SAMPLE_COUNT }),
    },
  };
}

function watchRequests(
  { factor, length, is_long }: Window,
  objective: number,
  bad: BadRequests,
): cloudwatch.AlarmProps {
  const expression = is_long
    ? `IF(${bad.number} > ${IGNORED_REQUESTS}, ${bad.share}, 0)`
    : bad.share;
  return {
    metric: new cloudwatch.MathExpression({
      expression,
      usingMetrics: { ...bad.share_metrics, ...(is_long ? bad.number_metrics : {}) },
      label: 'bad requests in percent',
      period: length,
    }),
    threshold: badShare(objective, factor),
    evaluationPeriods: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  };
}

/**
 * Counts the minutes of a window in which the oldest record was too old. An alarm on M of N minutes does this
 * with one metric. A minute without an invocation has no data, and counts as good: ConsumerIsSilent watches
 * for records that no invocation reads.
 */
function watchMinutes(
  { factor, length }: Window,
  { handler }: Consumer,
  objective: number,
  { late_ms }: { late_ms: number },
): cloudwatch.AlarmProps {
  return {
    metric: handler.metric('IteratorAge', {
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.minutes(1),
    }),
    threshold: late_ms,
    evaluationPeriods: length.toMinutes(),
    datapointsToAlarm: badMinutes(objective, factor, length),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  };
}
