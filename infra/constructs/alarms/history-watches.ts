import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';
import type { History } from '../history.ts';
import { createMetric, FIVE_MINUTES, type Watch } from './watch.ts';

/** The parts that the watches of the history need. */
export interface HistoryProps {
  settings: Settings;
  history: History;
}

/** Returns the alarms on the history, which follows the stream of the results table. */
export function historyWatches({ settings, history }: HistoryProps): Record<string, Watch> {
  const { handler } = history;
  return {
    HistoryIsLate: {
      metric: handler.metric('IteratorAge', { statistic: 'max', period: FIVE_MINUTES }),
      threshold: settings.alarms.late_seconds * 1_000,
      periods: 3,
      meaning:
        'Replaced versions wait to be stored, and alerts to be reported. The stream keeps them for 24 hours.',
    },
    HistoryFails: {
      metric: handler.metricErrors({ period: FIVE_MINUTES }),
      threshold: 0,
      periods: 3,
      meaning:
        'The function that stores replaced versions and reports alerts fails: a bug, a timeout, or too little memory.',
    },
    HistorySkipsRows: {
      metric: createMetric('AuraStream', 'unreadable', cloudwatch.Stats.SUM, {
        ...{ service: 'history', environment: settings.environment },
      }),
      threshold: 0,
      meaning: 'Replaced rows are not in the history, because they are no results.',
    },
  };
}
