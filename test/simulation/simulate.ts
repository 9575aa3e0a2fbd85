import { createFakeLedger } from '../fakes/quota-ledger.ts';
import { createRandom, type Random } from '../support/random.ts';
import { createQuotaCheck } from './checks/calls.ts';
import { type Checker, createChecker } from './checks/checker.ts';
import { Violation } from './checks/violation.ts';
import { createSimulatedConsumer } from './consumer.ts';
import { addRareFault, drawFaultPlan, paceOf } from './faults.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createMapping } from './mapping.ts';
import { createOperators, type LateText, type Operators } from './operators.ts';
import { createScheduler, onVirtualTimers, type Scheduler } from './scheduler.ts';
import { createStored, RESTORE_KEY, type Watch } from './services.ts';
import { createSpecs } from './specs.ts';
import { createStream, type SimulatedStream } from './stream.ts';
import { startWorkload, type WorkloadReport } from './workload.ts';
import { createWorld, FIRST_VERSION, startedAt, type World } from './world.ts';

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
  /** Number of failed batches and set-asides that operators have put back. */
  restored: number;
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
/** Virtual time after which a part of the simulation counts as stuck, in milliseconds. */
const STUCK_MS = 12 * 3_600_000;
/** The producers need only minutes, even in the worst outages. */
const PRODUCERS_STUCK_MS = 3_600_000;

interface Simulation {
  world: World;
  stream: SimulatedStream;
  jobs: Jobs;
  checker: Checker;
  operators: Operators;
  mapping: ReturnType<typeof createMapping>;
  workload: WorkloadReport;
}

/**
 * Runs the product, from publishers and jobs to results and callbacks, in a simulated world. The
 * seed alone determines the whole run.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const random = createRandom(options.seed);
  const scheduler = createScheduler(random.fork(), startedAt());
  return onVirtualTimers(scheduler, random.fork(), async () => {
    const simulation = start(options, random, scheduler);
    const { world, stream, checker, operators, mapping } = simulation;
    const report = (): SimulationReport => ({
      ...options,
      entries: stream.count(),
      results: [...checker.results.rows()].length,
      set_asides: checker.countSetAsides(),
      given_up: mapping.counters.given_up,
      restored: operators.countMarks(),
      faults: world.faults,
      redeliveries: mapping.counters.redeliveries,
      invocations: mapping.counters.invocations,
      steps: scheduler.steps(),
      virtual_seconds: (scheduler.now() - startedAt()) / 1_000,
      fingerprint: scheduler.fingerprint(),
    });
    try {
      await runPhases(simulation);
      return report();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { ...report(), violation: { message, schedule: scheduler.recent() } };
    }
  });
}

function start(options: SimulationOptions, random: Random, scheduler: Scheduler): Simulation {
  const fault_plan = addRareFault(drawFaultPlan(random), options.seed);
  const retry_pace = paceOf(options.seed);
  const world = createWorld({ random, scheduler, fault_plan, retry_pace });
  const stored = createStored();
  const specs = createSpecs();
  const late_texts: LateText[] = [];
  const repairs = new Map<string, Buffer>();
  const quota = createFakeLedger(world.calls_per_second);
  const stream = createStream(world, (record) => watch(() => checker.onPut(record)));
  const jobs: Jobs = createJobs({
    ...{ world, stored, stream, checker: () => checker },
    max_job_records: 5 * options.records,
  });
  const checker = createChecker({
    specs,
    restore_key: RESTORE_KEY,
    now: scheduler.now,
    isDeployed: (version) => version === '1' || version === world.analyzerVersion(),
    isCancelled: jobs.isCancelled,
    cancelledAt: jobs.cancelledAt,
    lineOf: jobs.lineOf,
  });
  const operators = createOperators({
    ...{ world, stored, stream, checker, late_texts },
    repair: (bytes) => repairs.get(bytes.toString('latin1')),
  });
  // A check that fails within a service must end the run. The product would treat the error as an
  // error of the service.
  const watch = (check: () => void) => {
    try {
      check();
    } catch (error) {
      scheduler.fail(error);
    }
  };
  const watched: Watch = {
    onRow: (...of) => watch(() => checker.onRow(...of)),
    onLine: (line) => watch(() => checker.onLine(line)),
    onSetAside: (set_aside) => watch(() => checker.onSetAside(set_aside)),
  };
  const checkQuota = createQuotaCheck({
    calls_per_second: world.calls_per_second,
    now: scheduler.now,
  });
  const onCall = () => {
    // Clocks that differ, and a ledger that fails, may exceed the quota for a while.
    if (world.fault_plan.skewed === 0 && !hasLedgerFaults(world)) watch(checkQuota);
  };
  const mapping = createMapping({
    world,
    stream,
    newConsumer: () =>
      createSimulatedConsumer({ world, stored, jobs, watch: watched, quota, onCall }),
    keysOf: (record) => checker.places.of(record).map(({ partition_key }) => partition_key),
    onCheckpoint: checker.onCheckpoint,
    onGivenUp: operators.onGivenUp,
  });
  const workload = startWorkload({
    ...{ world, stored, stream, specs, jobs, late_texts, records: options.records },
    claims: new Map(),
    onRepairable: (bytes, repaired) => {
      repairs.set(bytes.toString('latin1'), repaired);
    },
  });
  reshardAtTimes(world, () => stream.reshard());
  scheduler.after(random.int(60_000), 'analyzer deployed', world.deployAnalyzer);
  mapping.start();
  jobs.startSweeper();
  operators.startAtRandomTimes();
  return { world, stream, jobs, checker, operators, mapping, workload };
}

function hasLedgerFaults({ fault_plan: { refused, lost, slow, outages } }: World): boolean {
  const has_outage = outages.some(({ service }) => service === 'ledger');
  return refused.ledger + lost.ledger + slow > 0 || has_outage;
}

/**
 * Runs the world with faults, then without faults until everything is done, and then checks the
 * stores.
 */
async function runPhases(simulation: Simulation): Promise<void> {
  const { world, jobs, checker, operators, mapping, stream, workload } = simulation;
  const { scheduler } = world;
  await runUntil(world, 'the producers', () => workload.done, PRODUCERS_STUCK_MS);
  await runFor(world, world.random.int(120_000));
  world.endFaults();
  jobs.endFaults();
  const drain = () => runUntil(world, 'the stream', () => mapping.countPending() === 0);
  // Lambda may still give up on a batch, because an execution environment keeps its wrong clock.
  const settle = async () => {
    await drain();
    for (let rounds = 0; rounds < 5 && operators.notRestored().length > 0; rounds += 1) {
      await redriveAll(world, operators);
      await drain();
    }
  };
  await drain();
  await runUntilAsync(world, 'the submissions', jobs.isSubmitted);
  await settle();
  await jobs.checkDrained();
  await runUntilAsync(world, 'the jobs', jobs.isOver);
  await settle();
  await runCommand(world, operators.run('uploadTexts'));
  await runCommand(world, operators.run('replaySetAsides'));
  await settle();
  // A replay does not analyse again what the consumer analyses after the replay has started.
  await runUntil(world, 'the deployment', () => world.analyzerVersion() !== FIRST_VERSION);
  await runCommand(world, operators.run('replayAll'));
  await settle();
  checker.atEnd(stream);
  checkReplayed(world, jobs, checker);
  await jobs.atEnd();
  await scheduler.run(() => true, MAX_STEPS);
}

/** One run of the command is enough, because no call fails. A second run may meet new batches. */
async function redriveAll(world: World, operators: Operators): Promise<void> {
  for (let runs = 0; runs < 3 && operators.notRestored().length > 0; runs += 1) {
    await runCommand(world, operators.run('redriveAll'));
  }
  const [left] = operators.notRestored();
  if (left !== undefined) throw new Violation(`${left} cannot be put back`);
}

/**
 * Checks that the last replay has analysed every record with the version that is deployed. The
 * consumer drops the records of cancelled jobs.
 */
function checkReplayed(world: World, jobs: Jobs, checker: Checker): void {
  for (const row of checker.results.rows()) {
    const is_current = row.analyzer_version === world.analyzerVersion();
    if (row.status === 'analyzed' && !is_current && !jobs.isCancelled(row))
      throw new Violation(`${row.record_id}: the replay left version ${row.analyzer_version}`);
  }
}

async function runUntil(
  { scheduler }: World,
  what: string,
  isDone: () => boolean,
  stuck_ms: number = STUCK_MS,
): Promise<void> {
  const latest = scheduler.now() + stuck_ms;
  await scheduler.run(() => isDone() || scheduler.now() > latest, MAX_STEPS);
  if (!isDone()) throw new Violation(`Stuck: ${what} did not end within ${stuck_ms} ms`);
}

async function runFor({ scheduler }: World, ms: number): Promise<void> {
  let is_over = false;
  scheduler.after(ms, 'time is over', () => {
    is_over = true;
  });
  await scheduler.run(() => is_over, MAX_STEPS);
}

/** Runs the world until a condition holds that is checked every ten seconds. */
async function runUntilAsync(
  world: World,
  what: string,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const latest = world.scheduler.now() + STUCK_MS;
  while (!(await isDone())) {
    if (world.scheduler.now() > latest) throw new Violation(`Stuck: ${what} did not end`);
    await runFor(world, 10_000);
  }
}

async function runCommand(world: World, command: Promise<void>): Promise<void> {
  let is_done = false;
  command.then(
    () => {
      is_done = true;
    },
    (error: unknown) => world.scheduler.fail(error),
  );
  await runUntil(world, 'a command of the operators', () => is_done);
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
