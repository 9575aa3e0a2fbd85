import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';

/** The metric that an alarm watches. */
export interface Watch {
  metric: cloudwatch.IMetric;
  /** Value of the metric above which the alarm is raised. */
  threshold: number;
  /**
   * Number of consecutive periods in which the metric must exceed the threshold before the alarm is
   * raised. The default is 1.
   */
  periods?: number;
  /**
   * The meaning of a period without data. By default it does not raise the alarm, because no failure has
   * been counted.
   */
  missing?: cloudwatch.TreatMissingData;
  /** Meaning of the alarm in one sentence. See docs/operations.md for what the operator can do. */
  meaning: string;
}

/** Period of all alarms. */
export const FIVE_MINUTES = Duration.minutes(5);

export function createMetric(
  namespace: string,
  metricName: string,
  statistic: string,
  dimensionsMap: Record<string, string>,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace,
    metricName,
    statistic,
    dimensionsMap,
    period: FIVE_MINUTES,
  });
}
