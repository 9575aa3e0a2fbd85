import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { createProcessedPositions } from '../../aws/dynamodb/jobs/processed-positions.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createResultsTable } from '../../aws/dynamodb/results/table.ts';
import { createLake } from '../../aws/firehose/lake.ts';
import { createOnFinal } from '../../jobs/end-job.ts';
import { createProgress } from '../../jobs/progress.ts';
import {
  type ConsumerEnvironment,
  consumerEnvironmentSchema,
  createFindRetention,
  parseEnvironment,
} from '../../schemas/index.ts';
import { createCircuitBreaker } from '../analysis/circuit-breaker.ts';
import { composeAnalysis, createAnalyzer, shareQuota } from '../analysis/compose.ts';
import { withBatchContext } from './batch.ts';
import { createConsumer } from './consumer.ts';
import { observeConsumer } from './observe.ts';
import { paceRetries } from './pace-retries.ts';
import { createReportPosition } from './positions.ts';
import { composePrivacy } from './privacy.ts';
import {
  createRareCallbacks,
  createRareClaims,
  createRareRestoreKey,
  createRareSetAsides,
} from './rare/compose.ts';
import { createRecordThroughput, createReportStart } from './throughput.ts';

/**
 * Creates the deployed consumer with the clients of all services.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(consumerEnvironmentSchema, variables);
  const now = Date.now;
  const { analyzer, quotaStats } = composeAnalyzer(environment, now);
  const jobs = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const callbacks = createRareCallbacks(environment);
  const restoreKey = createRareRestoreKey(environment);
  const privacy = composePrivacy(environment, { secret: restoreKey, now });
  const consume = createConsumer({
    analyse: composeAnalysis(environment, { analyzer, now }),
    results_table: createResultsTable({
      table_name: environment.RESULTS_TABLE,
      ttl_seconds: environment.RESULTS_TTL_SECONDS,
      findRetention: createFindRetention(environment.RETENTION),
      now,
    }),
    lake: createLake({ delivery_stream: environment.DELIVERY_STREAM }),
    set_asides: createRareSetAsides(environment),
    claims: createRareClaims(environment),
    restoreKey,
    progress: createProgress({ store: jobs, now, on_final: createOnFinal(callbacks) }),
    unwrap: new Set(environment.UNWRAP),
    privacy,
    now,
  });
  // Only the bulk stream has reports, because only jobs are estimated and paced, and jobs are bulk.
  const is_bulk = environment.TRAFFIC === 'bulk';
  const reportStart = is_bulk ? createReportStart({ store: jobs, now }) : undefined;
  const recordThroughput = is_bulk ? createRecordThroughput({ store: jobs, now }) : undefined;
  const reportPosition = createReportPosition({
    positions: createProcessedPositions({ table_name: environment.JOBS_TABLE }),
    now,
  });
  const observed = observeConsumer(
    async (records, context) => {
      const started_at = now();
      const [report, is_reported = false] = await Promise.all([
        consume(records, context),
        reportStart?.(records, context),
      ]);
      const [, position_errors] = await Promise.all([
        recordThroughput?.(records, report, { started_at, is_reported }, context),
        reportPosition(records, report, context),
      ]);
      return { ...report, position_errors };
    },
    {
      logger: new Logger({ serviceName: 'aurastream-consumer' }),
      metrics: new Metrics({
        namespace: 'AuraStream',
        serviceName: 'consumer',
        defaultDimensions: { environment: environment.ENVIRONMENT },
      }),
      quotaStats,
      engineStats: privacy.engineStats,
      now,
    },
  );
  const processBatch = paceRetries(observed, { now });
  return (event: KinesisStreamEvent, lambda: Context): Promise<KinesisStreamBatchResponse> =>
    withBatchContext(
      { request_id: lambda.awsRequestId, remaining_ms: lambda.getRemainingTimeInMillis(), now },
      async (context) => (await processBatch(event.Records, context)).response,
    );
}

/** Creates the analyzer with a rate limiter and a circuit breaker. */
function composeAnalyzer(environment: ConsumerEnvironment, now: () => number) {
  const limited = shareQuota(createAnalyzer(environment, 'stream'), environment, {
    use: 'stream',
    traffic: environment.TRAFFIC,
    now,
  });
  const breaker = createCircuitBreaker(limited.analyzer, { now });
  return {
    analyzer: breaker.analyzer,
    quotaStats: () => ({ ...limited.stats(), breaker: breaker.stats() }),
  };
}
