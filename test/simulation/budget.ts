import { createBudget } from '../../budgets/budget.ts';
import { createPublisher } from '../../ingest/index.ts';
import { replayOverBudget } from '../../operations/over-budget/replay.ts';
import { budgetLimitsSchema, type SetAside } from '../../schemas/index.ts';
import { createFakeBudgetLedger } from '../fakes/budget-ledger.ts';
import { createRandom } from '../support/random.ts';
import { connectConsumers, runUntil } from './consumers.ts';
import { planOutage } from './faults.ts';
import { createScheduler, onVirtualTimers, type Scheduler } from './scheduler.ts';
import { createStored, RESTORE_KEY, type Stored } from './services.ts';
import { createStream, type SimulatedStream } from './stream.ts';
import { createWorld, startedAt, type World } from './world.ts';

export interface BudgetOptions {
  seed: number;
  /** Number of records of each of the two tenants. */
  records: number;
  /** Monthly budget of the tenant `poor` in units; undefined for none. */
  budget_units: number | undefined;
  /** Length of an outage of the analyzer while records arrive, in milliseconds. */
  outage_ms: number;
}

export interface BudgetReport {
  published: number;
  /** Units that the ledger counts for the tenant `poor`, by month. */
  used_units: Record<string, number>;
  /** Number of records that were set aside before the month ended, all of them of `poor`. */
  set_aside: number;
  /** Number of records that were set aside again in the next month. */
  set_aside_again: number;
  /** Number of set-asides that are left at the end. */
  left: number;
  /** Records with a result at the end of the month, and at the end of the world. */
  rows_before: number;
  rows: number;
  lines: number;
  /** 99th percentile of the time from arrival to result of the tenant `rich`, in milliseconds. */
  p99_ms: number;
}

const PUBLISHING_MS = 10 * 60_000;
const MONTH_ENDS = Date.UTC(2026, 11);
const RUN_MS = 15 * 60_000;
/** Units of a text of the simulation. */
export const UNITS = 3;

/**
 * Simulates two tenants, of which one has a budget, over the end of a month. Execution environments
 * are replaced at random, and the analyzer is down for a while. After the month, the product's own
 * replay runs every 15 minutes, and stops early at random.
 */
export async function simulateBudget(options: BudgetOptions): Promise<BudgetReport> {
  const random = createRandom(options.seed);
  const scheduler = createScheduler(random.fork(), startedAt());
  return onVirtualTimers(scheduler, random.fork(), async () => {
    const from_ms = random.int(PUBLISHING_MS);
    const fault_plan = {
      ...planOutage('comprehend', from_ms, from_ms + options.outage_ms),
      replaced: 0.1,
    };
    const world = createWorld({ random, scheduler, fault_plan, retry_pace: 'usual' });
    world.cache_ttl_ms = 30 * 86_400_000;
    const stored = createStored();
    const stream = createStream(world, () => undefined);
    const { ledger, readTaken } = createFakeBudgetLedger();
    const limits = budgetLimitsSchema.parse({ by_tenant: { poor: options.budget_units ?? null } });
    const set_asides = createSetAsides(stored);
    const mapping = connectConsumers(world, stored, stream, {
      budgetOf: (environment) => createBudget({ ledger, limits, now: world.clockOf(environment) }),
      onGivenUp: () => {
        throw new Error('This world gives no batch up');
      },
    });
    const published = publish(world, stream, options.records);
    mapping.start();
    const isIdle = () => stream.count() >= published && mapping.countPending() === 0;
    await runUntil(scheduler, isIdle);
    const before = { rows: stored.table.items.size, set_aside: set_asides.size() };
    for (let at = MONTH_ENDS; at < MONTH_ENDS + 12 * RUN_MS; at += RUN_MS) {
      await runUntilTime(scheduler, at);
      await replay(world, stream, set_asides);
      await runUntil(scheduler, () => mapping.countPending() === 0);
    }
    const usedIn = (month: string) => readTaken({ month, account: 'tenant.poor' });
    return {
      published,
      used_units: { '2026-11': usedIn('2026-11'), '2026-12': usedIn('2026-12') },
      set_aside: before.set_aside,
      set_aside_again: set_asides.ofMonth('2026-12').length,
      left: set_asides.size(),
      rows_before: before.rows,
      rows: stored.table.items.size,
      lines: stored.lines.length,
      p99_ms: percentile99(latenciesOf(stored, 'rich')),
    };
  });
}

function publish({ scheduler, environment, random }: World, stream: SimulatedStream, each: number) {
  const producer = stream.as(environment('producer'));
  for (const tenant of ['poor', 'rich']) {
    for (let i = 0; i < each; i += 1) {
      const text = `A text #${tenant}-${i}#.`;
      const record = { record_id: `${tenant}-${i}`, tenant, source: 's', language: 'en', text };
      const data = Buffer.from(JSON.stringify(record));
      scheduler.after(random.int(PUBLISHING_MS), 'published', () => {
        producer
          .putRecords([{ partition_key: record.record_id, data }])
          .catch((error: unknown) => scheduler.fail(error));
      });
    }
  }
  return 2 * each;
}

/** The set-asides by month, over the objects that the consumers write. */
function createSetAsides(stored: Stored) {
  const ofMonth = (month: string) =>
    [...stored.set_asides.values()].filter(({ over_budget }) => over_budget?.month === month);
  return {
    ofMonth,
    size: () => stored.set_asides.size,
    months: async () =>
      [...new Set([...stored.set_asides.values()].map((one) => one.over_budget!.month))].sort(),
    async *lots(month: string, size: number) {
      const all = ofMonth(month);
      for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
    },
    /** On S3, each month has a folder of its own. So a later refusal stays. */
    async delete(some: SetAside[]) {
      for (const { set_aside_id, over_budget } of some) {
        const current = stored.set_asides.get(set_aside_id);
        if (current?.over_budget?.month === over_budget?.month) {
          stored.set_asides.delete(set_aside_id);
        }
      }
    },
  };
}

async function replay(
  world: World,
  stream: SimulatedStream,
  set_asides: ReturnType<typeof createSetAsides>,
): Promise<void> {
  const environment = world.environment('replay');
  const lots = world.random.int(4);
  let done = 0;
  let is_over = false;
  replayOverBudget(
    {
      set_asides,
      marks: { get: async () => undefined },
      publisher: createPublisher({ stream: stream.as(environment), linger_ms: 5 }),
      restoreKey: async () => RESTORE_KEY,
      pace: {
        waitForRoom: async () => {
          await world.scheduler.sleep(1_000, 'pace');
          return true;
        },
        takeRoom: () => undefined,
      },
      now: world.clockOf(environment),
    },
    () => {
      done += 1;
      return done > lots;
    },
  ).then(
    () => {
      is_over = true;
    },
    (error: unknown) => world.scheduler.fail(error),
  );
  await runUntil(world.scheduler, () => is_over);
}

async function runUntilTime(scheduler: Scheduler, at: number): Promise<void> {
  let is_time = scheduler.now() >= at;
  scheduler.after(Math.max(0, at - scheduler.now()), 'time passes', () => {
    is_time = true;
  });
  await runUntil(scheduler, () => is_time);
}

function latenciesOf({ lines }: Stored, tenant: string): number[] {
  return lines
    .filter(({ result }) => result.tenant === tenant)
    .map(({ result }) => Date.parse(result.processed_at) - Date.parse(result.arrived_at));
}

function percentile99(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
}
