import { createCount } from '../../../insight/counts/count.ts';
import { createReadBuckets } from '../../../insight/counts/read.ts';
import { DayChangesError } from '../../../insight/counts/recount/compare.ts';
import { RebuildReplacedError, rebuildDay } from '../../../insight/counts/recount/rebuild.ts';
import { ServiceError } from '../../../schemas/index.ts';
import {
  createFakeCountsStore,
  type FakeCountsRow,
  type FakeGenerations,
} from '../../fakes/counts-store.ts';
import { createOutage, type Network } from '../../fakes/network.ts';
import { changeEvent, countedRow } from '../../support/changes.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { createScheduler, type Scheduler } from '../scheduler.ts';

export interface RebuildsReport {
  /** Counts that a reader saw and that were neither those before nor after a rebuild, and wrong ends. */
  wrong: string[];
  reads: number;
  outcomes: Record<string, number>;
}

const DAY = Date.UTC(2026, 10, 26);
const START = DAY + 30 * 3_600_000;
const TENANTS = ['acme', 'other', 'gone'];
/** Damages of the counts in a run, each followed by rebuilds. */
const ROUNDS = 2;

interface World {
  random: Random;
  scheduler: Scheduler;
  rows: Map<string, FakeCountsRow>;
  generations: FakeGenerations;
  /** The results table. The tenant `gone` has no row left. */
  results: Record<string, unknown>[];
  /** Events that the stream has delivered, and delivers again at any time. */
  events: ReturnType<typeof changeEvent>[];
  /** Counts that a reader may see, by tenant. */
  allowed: Map<string, Set<string>>;
  report: RebuildsReport;
  is_over: boolean;
}

/**
 * Rebuilds the counts of a day again and again: rebuilds die between any two calls, run at the same
 * time, and lose answers, while readers read and the stream delivers batches again.
 */
export async function simulateRebuilds(seed: number): Promise<RebuildsReport> {
  const random = createRandom(seed);
  const scheduler = createScheduler(random.fork(), START);
  const report: RebuildsReport = { wrong: [], reads: 0, outcomes: {} };
  const world: World = {
    ...{ random, scheduler, report, is_over: false },
    ...{ rows: new Map(), generations: new Map(), allowed: new Map() },
    ...drawResults(random),
  };
  const perfect = createFakeCountsStore(world);
  for (const event of world.events) await createCount(perfect)(event);
  void redeliverForEver(world).catch(scheduler.fail);
  void runRounds(world).catch(scheduler.fail);
  await scheduler.run(() => world.is_over, 2_000_000);
  return report;
}

function drawResults(random: Random): Pick<World, 'results' | 'events'> {
  const rows = Array.from({ length: 6 + random.int(20) }, (_, i) => {
    const at = new Date(DAY + random.int(24) * 3_600_000).toISOString();
    return countedRow({
      ...{
        record_id: `r-${i}`,
        tenant: random.pick(TENANTS),
        source: random.pick(['app', 'shop']),
      },
      ...{ created_at: at, first_created_at: at, arrived_at: at },
      sentiment: random.pick(['POSITIVE', 'NEGATIVE']),
    });
  });
  const events = rows.map((after, i) => {
    const at = String(after.arrived_at);
    return changeEvent([{ sequence_number: i + 1, after, at }], random.pick(['a', 'b']));
  });
  return { results: rows.filter(({ tenant }) => tenant !== 'gone'), events };
}

async function runRounds(world: World): Promise<void> {
  const { random, scheduler, allowed, report } = world;
  for (let round = 0; round < ROUNDS; round += 1) {
    damage(world);
    for (const tenant of TENANTS) {
      allowed.set(tenant, new Set([await readDay(world, tenant), countResults(world, tenant)]));
    }
    const rebuilds = Array.from({ length: random.int(4) }, () =>
      rebuild(world, random.int(random.chance(0.5) ? 80 : 2_000)),
    );
    await Promise.all(rebuilds);
    await rebuild(world, Number.POSITIVE_INFINITY);
    await scheduler.sleep(1_100, 'memory of generations');
    for (const tenant of TENANTS) {
      const [found, wanted] = [await readDay(world, tenant), countResults(world, tenant)];
      if (found !== wanted) report.wrong.push(`${tenant} has ${found}, the table has ${wanted}`);
    }
  }
  world.is_over = true;
}

/** Loses or spoils rows of the shards, as a bug or a stream that was not read would. */
function damage({ rows, random }: World): void {
  for (const row of rows.values()) {
    if (row.bucket.includes('#recount-') || random.chance(0.7)) continue;
    row.measures = random.chance(0.5) ? {} : { ...row.measures, 'n.fr.neg': 1 + random.int(5) };
  }
}

/** Rebuilds after a while. The rebuild dies after `calls` calls. */
async function rebuild(world: World, calls: number): Promise<void> {
  const { random, scheduler, results, report } = world;
  await scheduler.sleep(random.int(8_000), 'start');
  let resolveDied: (outcome: 'died') => void = () => {};
  const died = new Promise<'died'>((resolve) => {
    resolveDied = resolve;
  });
  let left = calls;
  const die = () => {
    left -= 1;
    if (left <= 0) resolveDied('died');
    return left <= 0;
  };
  const counts = createFakeCountsStore({ ...world, network: createNetwork(world, die) });
  const ended = rebuildDay(
    {
      counts,
      results: {
        async *all() {
          yield* results;
        },
      },
      now: scheduler.now,
      sleep: (ms) => scheduler.sleep(ms, 'rebuild waits'),
      newGeneration: () => `g-${random.int(1e9)}`,
    },
    DAY,
  ).then(() => 'rebuilt', nameError);
  const outcome = await Promise.race([ended, died]);
  report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  // An operator starts a rebuild that failed again.
  if (outcome !== 'rebuilt' && calls === Number.POSITIVE_INFINITY) await rebuild(world, calls);
}

function nameError(error: unknown): string {
  const is_known = [ServiceError, RebuildReplacedError, DayChangesError].some(
    (known) => error instanceof known,
  );
  if (!is_known) throw error;
  return (error as Error).name;
}

function createNetwork(world: World, die: () => boolean): Network {
  const { random, scheduler } = world;
  return {
    failsAlone: () => false,
    async call(_, effect) {
      if (random.chance(0.2)) void observe(world, random.pick(TENANTS)).catch(scheduler.fail);
      await scheduler.sleep(random.int(10), 'way');
      if (die()) return new Promise(() => undefined);
      const draw = random.next();
      if (draw < 0.002) throw createOutage('dynamodb');
      const value = await effect();
      await scheduler.sleep(random.int(10), 'way back');
      if (draw < 0.004) throw createOutage('dynamodb');
      return draw < 0.01 ? effect() : value;
    },
  };
}

async function redeliverForEver(world: World): Promise<void> {
  const { random, scheduler } = world;
  const count = createCount(createFakeCountsStore(world));
  while (!world.is_over) {
    await scheduler.sleep(random.int(5_000), 'redelivery');
    void (await count(random.pick(world.events)));
  }
}

/** Reads while a rebuild makes a call, and compares what a reader may see. */
async function observe(world: World, tenant: string): Promise<void> {
  const allowed = world.allowed.get(tenant);
  if (allowed === undefined) return;
  const seen = await readDay(world, tenant);
  world.report.reads += 1;
  if (!allowed.has(seen)) world.report.wrong.push(`a reader of ${tenant} saw ${seen}`);
}

/** Reads the hours of the day as the API does, and writes what they add up to. */
async function readDay(world: World, tenant: string): Promise<string> {
  const { random, scheduler } = world;
  const store = createFakeCountsStore({
    ...world,
    network: {
      failsAlone: () => false,
      call: async (_, effect) => {
        await scheduler.sleep(random.int(10), 'way of a reader');
        return effect();
      },
    },
  });
  const read = createReadBuckets({ counts: store, now: scheduler.now });
  const query = { tenant, time: 'created_at', interval: 'hour' } as const;
  const buckets = await read({ ...query, from: DAY, to: DAY + 86_400_000 });
  const cells = buckets.flatMap(({ start_ms, source, measures }) =>
    Object.entries(measures)
      .filter(([name]) => name.startsWith('n.'))
      .map(([name, records]) => writeCell(start_ms, source, name, records)),
  );
  return cells.sort().join(' ');
}

function countResults({ results }: World, tenant: string): string {
  const sums = new Map<string, [start_ms: number, source: string, name: string, records: number]>();
  for (const row of results.filter((one) => one.tenant === tenant)) {
    const start_ms = Date.parse(String(row.created_at));
    const name = `n.en.${row.sentiment === 'POSITIVE' ? 'pos' : 'neg'}`;
    const id = `${start_ms}${row.source}${name}`;
    const records = (sums.get(id)?.[3] ?? 0) + 1;
    sums.set(id, [start_ms, String(row.source), name, records]);
  }
  return [...sums.values()]
    .map((cell) => writeCell(...cell))
    .sort()
    .join(' ');
}

function writeCell(start_ms: number, source: string, name: string, records: number): string {
  return `${new Date(start_ms).getUTCHours()}/${source}/${name}=${records}`;
}
