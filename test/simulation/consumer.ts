import { detectLanguage } from '@aurastream/language-detector';
import type { Budget } from '../../budgets/budget.ts';
import { createOnFinal } from '../../jobs/end-job.ts';
import { createProgress } from '../../jobs/progress.ts';
import { createAnalysis } from '../../processors/analysis/analysis.ts';
import { createCircuitBreaker } from '../../processors/analysis/circuit-breaker.ts';
import type { QuotaLedger } from '../../processors/analysis/ports.ts';
import { limitRate } from '../../processors/analysis/rate-limiter.ts';
import { withBatchContext } from '../../processors/stream/batch.ts';
import { type Consumer, createConsumer } from '../../processors/stream/consumer.ts';
import { observeConsumer } from '../../processors/stream/observe.ts';
import { paceRetries } from '../../processors/stream/pace-retries.ts';
import type { BatchReport } from '../../processors/stream/tally.ts';
import { NO_PRIVACY } from '../fakes/privacy.ts';
import type { createFakeLedger } from '../fakes/quota-ledger.ts';
import { checkBreaker, checkSlots } from './checks/calls.ts';
import { Violation } from './checks/violation.ts';
import { checkLog, connectCallbackQueue } from './job-functions.ts';
import type { Jobs } from './jobs.ts';
import type { Invocable } from './mapping.ts';
import { createServices, type Stored, type Watch } from './services.ts';
import type { Environment, World } from './world.ts';

export interface ConsumerFactoryDeps {
  world: World;
  stored: Stored;
  jobs: Jobs;
  watch: Watch;
  quota: ReturnType<typeof createFakeLedger>;
  onCall: () => void;
  /** Creates the budget of an execution environment. By default there are no budgets. */
  budgetOf?: (environment: Environment) => Budget;
}

/** Creates the consumer as processors/stream/compose.ts does, but with simulated services. */
export function createSimulatedConsumer(deps: ConsumerFactoryDeps): Invocable {
  const { world, stored, jobs, watch } = deps;
  const environment = world.environment('consumer');
  const services = createServices(world, stored, watch, environment);
  const now = world.clockOf(environment);
  const pauses = world.random.fork();
  const callbacks = connectCallbackQueue(world, environment, jobs.callbackQueue);
  const consume = createConsumer({
    ...services,
    analyse: createAnalysis({
      analyzer: limitCalls(deps, services.analyzer, environment),
      cache: services.cache,
      budget: deps.budgetOf?.(environment),
      detect_language: detectLanguage,
      default_language: 'en',
      memory_entries: world.random.pick([10, 1_000]),
      max_in_flight: 4,
      pause: (round) => world.scheduler.sleep(pauses.between(0, 100 * 2 ** round), 'ask again'),
    }),
    progress: createProgress({
      store: jobs.storeOf(environment),
      now,
      on_final: createOnFinal(callbacks),
    }),
    // Lots must be small, because batches are small in the simulation. Otherwise most batches would
    // contain only one lot.
    lots: { size: world.lot_size, quiet_ms: 250 },
    privacy: NO_PRIVACY,
    now,
  });
  const paced = paceRetries(observe(consume, world, now), { now });
  return {
    environment,
    invoke: (records, remaining_ms) =>
      withBatchContext({ request_id: 'simulated', remaining_ms, now }, async (context) => {
        const report = await paced(records, context);
        checkReport(report);
        return report.response;
      }),
  };
}

function observe(consume: Consumer, world: World, now: () => number): Consumer {
  const log = (message: string, details: object) => checkLog(world, message, details);
  return observeConsumer(consume, {
    logger: { info: log, warn: log, error: log } as never,
    metrics: { addMetric: () => undefined, publishStoredMetrics: () => undefined } as never,
    now,
  });
}

/** Checks that a batch counts each of its records once. */
function checkReport({ records, results, set_asides, cancelled, failed }: BatchReport): void {
  if (records !== results + set_asides + cancelled + failed)
    throw new Violation(
      `${records} records, but ${results} results, ${set_asides} set-asides, ${cancelled} cancelled and ${failed} failed`,
    );
}

/** Puts the rate limiter and the circuit breaker in front of an analyzer, with their checks. */
function limitCalls(
  { world, quota, onCall }: ConsumerFactoryDeps,
  analyzer: ReturnType<typeof createServices>['analyzer'],
  environment: Environment,
) {
  const now = world.clockOf(environment);
  const fail = (error: Violation) => world.scheduler.fail(error);
  const direct = quota.open(now);
  const ledger: QuotaLedger = {
    reserve: (...of) => world.call(environment, 'ledger', 'reserve', () => direct.reserve(...of)),
    change: (...of) => world.call(environment, 'ledger', 'change', () => direct.change(...of)),
  };
  const checked = checkSlots(
    {
      ...analyzer,
      detectSentiment: (...call: [string[], string]) => {
        onCall();
        return analyzer.detectSentiment(...call);
      },
    },
    ledger,
    { now, fail },
  );
  const limited = limitRate(checked.analyzer, {
    ledger: checked.ledger,
    quota_calls_per_second: world.calls_per_second,
    fallback_calls_per_second: world.calls_per_second / 10,
    now,
    pause: (milliseconds) => world.scheduler.sleep(milliseconds, 'slot'),
  });
  const observed = checkBreaker(limited.analyzer, now, fail);
  return createCircuitBreaker(observed, { now }).analyzer;
}
