import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Counts } from '../counts.ts';
import { createMetric, FIVE_MINUTES, type Watch } from './watch.ts';

/** What the watches of the counts need. */
export interface CountsProps {
  settings: Settings;
  counts: Counts;
}

/** Returns the alarms on the counts, which follow the stream of the results table. */
export function countsWatches({ settings, counts }: CountsProps): Record<string, Watch> {
  const { handler } = counts;
  return {
    CountsAreLate: {
      metric: handler.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES }),
      threshold: settings.alarms.late_seconds * 1_000,
      periods: 3,
      meaning: 'Changes of results wait to be counted. The stream keeps them for 24 hours.',
    },
    CountsFail: {
      metric: handler.metricErrors({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning: 'The function that counts fails: a bug, a timeout, or too little memory.',
    },
    CountsSkipRows: {
      metric: createMetric('AuraStream', 'unreadable', cloudwatch.Stats.SUM, {
        ...{ service: 'counts', environment: settings.environment },
      }),
      threshold: 0,
      meaning: 'Rows of the results table are not counted, because they are no results.',
    },
  };
}
