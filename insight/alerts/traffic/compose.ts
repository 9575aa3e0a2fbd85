import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { createAlertEvents } from '../../../aws/dynamodb/alerts/events.ts';
import { createIncidents } from '../../../aws/dynamodb/alerts/incidents.ts';
import { createAlertLimits } from '../../../aws/dynamodb/alerts/limits.ts';
import { createAlertRules } from '../../../aws/dynamodb/alerts/rules.ts';
import { createTrafficStates } from '../../../aws/dynamodb/alerts/traffic-states.ts';
import { createCountsStore } from '../../../aws/dynamodb/counts/store.ts';
import { createAlertQueue } from '../../../aws/sqs/queues.ts';
import { describeSafely } from '../../../lib/safe-error.ts';
import { parseEnvironment, trafficAlertsEnvironmentSchema } from '../../../schemas/index.ts';
import { createReadRange } from '../../counts/read.ts';
import { createReadBaselines } from './baselines.ts';
import { createEvaluate } from './evaluate.ts';

/**
 * Creates the deployed function that evaluates the alerts on traffic. A schedule invokes it each minute.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>): () => Promise<void> {
  const environment = parseEnvironment(trafficAlertsEnvironmentSchema, variables);
  const now = Date.now;
  const table_name = environment.ALERTS_TABLE;
  const counts = createCountsStore({ table_name: environment.COUNTS_TABLE });
  const readBuckets = createReadRange({ counts });
  const evaluate = createEvaluate({
    rules: createAlertRules({ table_name }),
    states: createTrafficStates({ table_name, now }),
    readBuckets,
    readBaselines: createReadBaselines(readBuckets),
    events: createAlertEvents({ table_name, now }),
    incidents: createIncidents({ table_name, now }),
    limits: createAlertLimits({ table_name }),
    queue: createAlertQueue({ queue_url: environment.ALERT_QUEUE_URL }),
    now,
  });
  const logger = new Logger({ serviceName: 'aurastream-traffic-alerts' });
  const metrics = new Metrics({
    namespace: 'AuraStream',
    serviceName: 'traffic-alerts',
    defaultDimensions: { environment: environment.ENVIRONMENT },
  });
  return async () => {
    try {
      const report = await evaluate();
      // A run without an alert writes no line and no metric: there are 43,200 of them in a month.
      if (report.traffic_alerts === 0) return;
      logger[report.failed_alerts > 0 ? 'warn' : 'info']('alerts evaluated', { ...report });
      metrics.addMetric('alerts_not_evaluated', MetricUnit.Count, report.failed_alerts);
      metrics.publishStoredMetrics();
    } catch (error) {
      const described = describeSafely(error);
      logger.error('evaluation of alerts failed', { ...described });
      throw new Error(`The alerts were not evaluated: ${described.error_name}`);
    }
  };
}
