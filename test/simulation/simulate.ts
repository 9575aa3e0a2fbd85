import { detectLanguage } from '@aurastream/language-detector';
import { createProgress } from '../../jobs/progress.ts';
import { createAnalysis } from '../../processors/analysis/analysis.ts';
import { createCircuitBreaker } from '../../processors/analysis/circuit-breaker.ts';
import { limitRate } from '../../processors/analysis/rate-limiter.ts';
import { withBatchContext } from '../../processors/stream/batch.ts';
import { createConsumer } from '../../processors/stream/consumer.ts';
import { createFakeLedger } from '../fakes/quota-ledger.ts';
import { createRandom } from '../support/random.ts';
import { createChecker } from './checker.ts';
import { drawFaultPlan } from './faults.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createMapping, type Invocable } from './mapping.ts';
import { createScheduler, onVirtualTimers } from './scheduler.ts';
import { createServices, createStored, type Stored } from './services.ts';
import { createStream } from './stream.ts';
import { type Specs, startWorkload } from './workload.ts';
import { createWorld, startedAt, type World } from './world.ts';

export interface SimulationOptions {
  seed: number;
  records: number;
}

export interface SimulationReport {
  seed: number;
  records: number;
  /** Number of entries on the stream at the end of the simulation, including repeated entries. */
  entries: number;
  results: number;
  set_asides: number;
  given_up: number;
  faults: Record<string, number>;
  redeliveries: number;
  invocations: number;
  steps: number;
  virtual_seconds: number;
  /** A hash of all steps of the run. Runs of the same seed have equal hashes. */
  fingerprint: string;
  violation?: { message: string; schedule: string[] };
}

const MAX_STEPS = 5_000_000;
/** Quota that all consumers of a world share, in calls per second. */
const CALLS_PER_SECOND = 50;

/**
 * Runs the product, from publisher to results, in a simulated world. The seed alone determines the
 * whole run.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const random = createRandom(options.seed);
  const scheduler = createScheduler(random.fork(), startedAt());
  return onVirtualTimers(scheduler, async () => {
    const fault_plan = drawFaultPlan(random);
    const world = createWorld({ random, scheduler, fault_plan });
    const stored = createStored();
    const specs: Specs = new Map();
    const jobs = createJobs(world, stored);
    const quota = createFakeLedger(CALLS_PER_SECOND);
    const checker = createChecker(specs, stored, jobs.isCancelled);
    const stream = createStream(world, (_, record) => checker.onPut(record));
    const mapping = createMapping({
      world,
      stream,
      newConsumer: () => newConsumer({ world, stored, jobs, checker, quota }),
      onCheckpoint: checker.onCheckpoint,
      onGivenUp: (_, records) => checker.onGivenUp(records),
    });
    const workload = startWorkload({ world, stream, specs, jobs, records: options.records });
    reshardAtTimes(world, () => stream.reshard());
    mapping.start();
    const report = (): SimulationReport => ({
      ...options,
      entries: stream.shards.reduce((sum, { records }) => sum + records.length, 0),
      results: stored.rows.size,
      set_asides: stored.set_asides.size,
      given_up: mapping.counters.given_up,
      faults: world.faults,
      redeliveries: mapping.counters.redeliveries,
      invocations: mapping.counters.invocations,
      steps: scheduler.steps(),
      virtual_seconds: (scheduler.now() - startedAt()) / 1_000,
      fingerprint: scheduler.fingerprint(),
    });
    try {
      await scheduler.run(() => workload.done, MAX_STEPS);
      const faulty_ms = random.int(120_000);
      let over = false;
      scheduler.after(faulty_ms, 'end of faults', () => {
        over = true;
      });
      await scheduler.run(() => over, MAX_STEPS);
      world.endFaults();
      await scheduler.run(() => mapping.countPending() === 0 && jobs.isSubmitted(), MAX_STEPS);
      mapping.stop();
      checker.atEnd(stream, workload.acknowledged);
      await jobs.atEnd(checker.someGivenUp());
      return report();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { ...report(), violation: { message, schedule: scheduler.recent() } };
    }
  });
}

function reshardAtTimes(world: World, reshard: () => void): void {
  const every = world.fault_plan.reshard_every_ms;
  if (every === undefined) return;
  const next = () =>
    world.scheduler.after(every * world.random.between(0.5, 1.5), 'reshard', () => {
      if (world.isFaultFree()) return;
      reshard();
      next();
    });
  next();
}

/** Creates the consumer as processors/stream/compose.ts does, but with simulated services. */
function newConsumer({
  world,
  stored,
  jobs,
  checker,
  quota,
}: {
  world: World;
  stored: Stored;
  jobs: Jobs;
  checker: ReturnType<typeof createChecker>;
  quota: ReturnType<typeof createFakeLedger>;
}): Invocable {
  const environment = world.environment('consumer');
  const services = createServices(world, stored, checker, environment);
  const now = world.clockOf(environment);
  const pauses = world.random.fork();
  const limited = limitRate(services.analyzer, {
    ledger: quota.open(now),
    quota_calls_per_second: CALLS_PER_SECOND,
    fallback_calls_per_second: CALLS_PER_SECOND / 4,
    now,
    pause: (milliseconds) => world.scheduler.sleep(milliseconds, 'slot'),
  });
  const { analyzer } = createCircuitBreaker(limited.analyzer, { now });
  const consume = createConsumer({
    analyse: createAnalysis({
      analyzer,
      cache: services.cache,
      detect_language: detectLanguage,
      default_language: 'en',
      memory_entries: 1_000,
      max_in_flight: 4,
      pause: (round) => world.scheduler.sleep(pauses.between(0, 100 * 2 ** round), 'ask again'),
    }),
    results_table: services.results_table,
    lake: services.lake,
    set_asides: services.set_asides,
    claims: { get: () => Promise.resolve(undefined) },
    restoreKey: () => Promise.resolve('key'),
    progress: createProgress({
      store: jobs.as(environment),
      now,
      on_final: () => Promise.resolve(),
    }),
    // Lots must be small, because batches are small in the simulation. Otherwise most batches would
    // contain only one lot.
    lots: { size: 3, quiet_ms: 250 },
    text_policy: 'full',
    now,
  });
  return {
    environment,
    invoke: (records, remaining_ms) =>
      withBatchContext({ request_id: 'simulated', remaining_ms, now }, async (context) => {
        const { response } = await consume(records, context);
        return response;
      }),
  };
}
