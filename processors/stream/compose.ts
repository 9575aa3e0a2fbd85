import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createLake } from '../../aws/lake.ts';
import { createResultsTable } from '../../aws/results-table.ts';
import { createSetAsideBucket } from '../../aws/set-aside-bucket.ts';
import { consumerEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { composeAnalysis } from '../analysis/compose.ts';
import { createConsumer } from './consumer.ts';
import { createObserver } from './observe.ts';

/**
 * The consumer as it is deployed.
 *
 * @throws {Error} where the environment is not complete.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(consumerEnvironmentSchema, variables);
  const now = Date.now;
  const observer = createObserver({
    logger: new Logger({ serviceName: 'consumer' }),
    metrics: new Metrics({ namespace: 'AuraStream', serviceName: 'consumer' }),
  });
  return createConsumer({
    analyse: composeAnalysis(environment, { now, on_stats: observer.on_stats }),
    table: createResultsTable({
      table_name: environment.RESULTS_TABLE,
      ttl_seconds: environment.RESULTS_TTL_SECONDS,
      now,
    }),
    lake: createLake({ delivery_stream: environment.DELIVERY_STREAM }),
    set_asides: createSetAsideBucket({ bucket_name: environment.SET_ASIDE_BUCKET }),
    text_policy: environment.TEXT_POLICY,
    now,
    on_batch: observer.on_batch,
  });
}
