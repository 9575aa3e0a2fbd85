import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createAlertEvents } from '../../aws/dynamodb/alerts/events.ts';
import { createAlertLimits } from '../../aws/dynamodb/alerts/limits.ts';
import { createAlertRules } from '../../aws/dynamodb/alerts/rules.ts';
import { createHistoryStore } from '../../aws/dynamodb/history/store.ts';
import { createAlertQueue } from '../../aws/sqs/queues.ts';
import {
  createFindRetention,
  dispatchEnvironmentSchema,
  parseEnvironment,
} from '../../schemas/index.ts';
import { createKnownAlerts } from '../alerts/known-alerts.ts';
import { createReport } from '../alerts/report.ts';
import { createKeep } from '../history/keep.ts';
import { createHandle } from './handle.ts';

/**
 * Creates the deployed function that follows the changes of the results table: it stores replaced versions
 * of records, and reports records that match alerts.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(dispatchEnvironmentSchema, variables);
  const now = Date.now;
  const table_name = environment.ALERTS_TABLE;
  return createHandle({
    keep: createKeep({
      writer: createHistoryStore({ table_name: environment.HISTORY_TABLE, now }),
      kept_days: environment.LAKE_RAW_DAYS,
      findRetention: createFindRetention(environment.RETENTION),
    }),
    report: createReport({
      alerts: createKnownAlerts({ rules: createAlertRules({ table_name }), now }),
      events: createAlertEvents({ table_name, now }),
      limits: createAlertLimits({ table_name }),
      queue: createAlertQueue({ queue_url: environment.ALERT_QUEUE_URL }),
      now,
    }),
    logger: new Logger({ serviceName: 'aurastream-dispatch' }),
    metrics: new Metrics({
      namespace: 'AuraStream',
      serviceName: 'history',
      defaultDimensions: { environment: environment.ENVIRONMENT },
    }),
  });
}
