import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';

/** Number of columns of a dashboard. Source: AWS::CloudWatch::Dashboard, "Dashboard body structure" */
export const COLUMNS = 24;
const HEIGHT = 6;

/** The time that a point of a graph stands for. */
export const FIVE_MINUTES = Duration.minutes(5);

/** Draws metrics over time. The metrics of `right` have an axis of their own. */
export function drawGraph(
  title: string,
  left: cloudwatch.IMetric[],
  more: Omit<cloudwatch.GraphWidgetProps, 'title' | 'left'> = {},
): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title,
    left,
    height: HEIGHT,
    width: COLUMNS / 3,
    period: FIVE_MINUTES,
    leftYAxis: { min: 0, showUnits: false },
    ...more,
  });
}

/** Draws the highest of many metrics that only matter when they are not 0, such as errors of each function. */
export function drawTroubles(title: string, metrics: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return drawGraph(title, metrics, { legendPosition: cloudwatch.LegendPosition.RIGHT });
}

/** Shows numbers for the whole time that the dashboard shows. */
export function showNumbers(
  title: string,
  metrics: cloudwatch.IMetric[],
  width = COLUMNS / 3,
): cloudwatch.SingleValueWidget {
  return new cloudwatch.SingleValueWidget({
    title,
    metrics,
    width,
    height: 3,
    setPeriodToTimeRange: true,
  });
}

/** Starts a part of the dashboard. */
export function writeHeading(markdown: string, height = 1): cloudwatch.TextWidget {
  return new cloudwatch.TextWidget({ markdown, width: COLUMNS, height });
}
