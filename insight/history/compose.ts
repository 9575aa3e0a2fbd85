import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createHistoryStore } from '../../aws/dynamodb/history/store.ts';
import {
  createFindRetention,
  historyEnvironmentSchema,
  parseEnvironment,
} from '../../schemas/index.ts';
import { createHandle } from './handle.ts';
import { createKeep } from './keep.ts';

/**
 * Creates the deployed function that stores replaced versions of records.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(historyEnvironmentSchema, variables);
  return createHandle({
    keep: createKeep({
      writer: createHistoryStore({ table_name: environment.HISTORY_TABLE, now: Date.now }),
      kept_days: environment.LAKE_RAW_DAYS,
      findRetention: createFindRetention(environment.RETENTION),
    }),
    logger: new Logger({ serviceName: 'aurastream-history' }),
    metrics: new Metrics({
      namespace: 'AuraStream',
      serviceName: 'history',
      defaultDimensions: { environment: environment.ENVIRONMENT },
    }),
  });
}
