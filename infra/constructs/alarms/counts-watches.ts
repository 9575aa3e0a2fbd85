import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { Counts } from '../counts.ts';
import { createMetric, FIVE_MINUTES, type Watch } from './watch.ts';

/** The parts that the watches of the counts need. */
export interface CountsProps {
  settings: Settings;
  counts: Counts;
}

/** Checks end about 24 hours apart, and a check that fails is tried again every hour. */
const UNCHECKED_SECONDS = 30 * 3_600;

/** Returns the alarms on the counts, which follow the stream of the results table. */
export function countsWatches({ settings, counts }: CountsProps): Record<string, Watch> {
  const { handler } = counts;
  const keeper = { service: 'keeper', environment: settings.environment };
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
    // Both are measured once a night or once an hour. In between, the alarms keep their state.
    CountsDrift: {
      metric: createMetric('AuraStream', 'counts_drift', cloudwatch.Stats.MAXIMUM, keeper),
      threshold: 0,
      missing: cloudwatch.TreatMissingData.IGNORE,
      meaning: 'The counts differ from a recount of the last seven days.',
    },
    CountsUnchecked: {
      metric: createMetric(
        'AuraStream',
        'counts_unchecked_seconds',
        cloudwatch.Stats.MAXIMUM,
        keeper,
      ),
      threshold: UNCHECKED_SECONDS,
      missing: cloudwatch.TreatMissingData.IGNORE,
      meaning: 'The counts have not been compared with a recount for too long.',
    },
  };
}
