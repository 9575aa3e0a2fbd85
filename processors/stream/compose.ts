import { detectLanguage } from '@aurastream/language-detector';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { createComprehendAnalyzer } from '../../aws/comprehend/analyzer.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import { createResultsTable } from '../../aws/dynamodb/results/table.ts';
import { createVerdictCache } from '../../aws/dynamodb/verdict-cache.ts';
import { createLake } from '../../aws/firehose/lake.ts';
import { createOnFinal } from '../../jobs/end-job.ts';
import type { JobStore } from '../../jobs/ports.ts';
import { createProgress } from '../../jobs/progress.ts';
import {
  type ConsumerEnvironment,
  consumerEnvironmentSchema,
  parseEnvironment,
} from '../../schemas/index.ts';
import { type AnalysisDeps, createAnalysis } from '../analysis/analysis.ts';
import { breaking } from '../analysis/breaker.ts';
import { governed } from '../analysis/governor.ts';
import { createConsumer } from './consumer.ts';
import {
  analyzerInTime,
  cacheInTime,
  claimsInTime,
  progressInTime,
  storeInTime,
} from './in-time.ts';
import { createObserver } from './observe.ts';
import { createPulse } from './pulse.ts';
import { createRareCallbacks, createRareClaims, createRareSetAsides } from './rare/compose.ts';
import { createTimeLimit, type TimeLimit } from './time-limit.ts';

/**
 * The consumer as it is deployed, with its clients.
 *
 * @throws {Error} where the environment is not complete.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(consumerEnvironmentSchema, variables);
  const now = Date.now;
  const time = createTimeLimit(now);
  const governor = createGovernor(environment, { time, now });
  const { on_stats, observed } = createObserver({
    governor: governor.stats,
    logger: new Logger({ serviceName: 'aurastream-consumer' }),
    metrics: new Metrics({ namespace: 'AuraStream', serviceName: 'consumer' }),
    now,
  });
  const store = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const pulsed = createPulse({
    putThroughputSample: (pulse) =>
      time.delivery('dynamodb', () => store.putThroughputSample(pulse)),
    now,
  });
  const consume = observed(
    pulsed(
      createConsumer({
        analyse: analysisInTime(environment, { time, now, governor, on_stats }),
        ...storesInTime(environment, { time, now }),
        ...jobsInTime(environment, store, { time, now }),
        text_policy: environment.TEXT_POLICY,
        now,
      }),
    ),
  );
  return async (
    event: KinesisStreamEvent,
    context: Context,
  ): Promise<KinesisStreamBatchResponse> => {
    const { response } = await time.run(context.getRemainingTimeInMillis(), () =>
      consume(event.Records, context.awsRequestId),
    );
    return response;
  };
}

interface Clocks {
  time: TimeLimit;
  now: () => number;
}

/** As the API's, but for the time limit of a batch, and a quota that is shared with other consumers. */
function analysisInTime(
  environment: ConsumerEnvironment,
  {
    time,
    now,
    governor,
    on_stats,
  }: Clocks & { governor: Governor } & Pick<AnalysisDeps, 'on_stats'>,
) {
  const cache = createVerdictCache({
    table_name: environment.CACHE_TABLE,
    ttl_seconds: environment.CACHE_TTL_SECONDS,
    now,
  });
  return createAnalysis({
    analyzer: analyzerInTime(governor.analyzer, time),
    cache: cacheInTime(cache, time),
    detect_language: detectLanguage,
    default_language: environment.DEFAULT_LANGUAGE,
    memory_entries: environment.CACHE_MEMORY_ENTRIES,
    max_in_flight: environment.COMPREHEND_MAX_IN_FLIGHT,
    ...(on_stats === undefined ? {} : { on_stats }),
  });
}

type Governor = ReturnType<typeof createGovernor>;

/** Comprehend's calls within the quota; none at all while it is down. */
function createGovernor(environment: ConsumerEnvironment, { time, now }: Clocks) {
  const {
    QUOTA_TABLE,
    COMPREHEND_CALLS_PER_SECOND,
    COMPREHEND_FALLBACK_CALLS_PER_SECOND: fallback_calls_per_second,
  } = environment;
  // Every call takes a slot, so the SDK makes none on its own.
  const comprehend = createComprehendAnalyzer({ max_attempts: 1 });
  const governor = governed(comprehend, {
    ledger: createQuotaLedger({
      table_name: QUOTA_TABLE,
      quota: 'comprehend',
      calls_per_second: COMPREHEND_CALLS_PER_SECOND,
      now,
    }),
    quota_calls_per_second: COMPREHEND_CALLS_PER_SECOND,
    fallback_calls_per_second,
    left_ms: time.left_ms,
    now,
  });
  const breaker = breaking(governor.analyzer, { now });
  return {
    analyzer: breaker.analyzer,
    stats: () => ({ ...governor.stats(), breaker: breaker.stats() }),
  };
}

function storesInTime(environment: ConsumerEnvironment, { time, now }: Clocks) {
  const results_table = createResultsTable({
    table_name: environment.RESULTS_TABLE,
    ttl_seconds: environment.RESULTS_TTL_SECONDS,
    now,
  });
  const lake = createLake({ delivery_stream: environment.DELIVERY_STREAM });
  const set_asides = createRareSetAsides(environment);
  return {
    results_table: storeInTime('dynamodb', results_table, time.delivery),
    lake: storeInTime('firehose', lake, time.delivery),
    set_asides: storeInTime('s3', set_asides, time.delivery),
  };
}

function jobsInTime(environment: ConsumerEnvironment, store: JobStore, { time, now }: Clocks) {
  const callbacks = createRareCallbacks(environment);
  const progress = createProgress({ store, now, on_final: createOnFinal(callbacks) });
  const claims = createRareClaims(environment);
  return { progress: progressInTime(progress, time), claims: claimsInTime(claims, time) };
}
