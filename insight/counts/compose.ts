import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { countsEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { createCount } from './count.ts';
import { createHandle } from './handle.ts';

/**
 * Creates the deployed function that counts the changes of the results table.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(countsEnvironmentSchema, variables);
  return createHandle({
    count: createCount(createCountsStore({ table_name: environment.COUNTS_TABLE })),
    logger: new Logger({ serviceName: 'aurastream-counts' }),
    metrics: new Metrics({
      namespace: 'AuraStream',
      serviceName: 'counts',
      defaultDimensions: { environment: environment.ENVIRONMENT },
    }),
    now: Date.now,
  });
}
