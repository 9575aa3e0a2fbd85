import { settings } from '../../infra/settings.ts';
import { costOf, times } from '../../operations/cost.ts';
import { PROGRAMS, type ProgramName } from '../bundles.ts';
import { type Figure, figure, type Goal, type Measured } from '../figures.ts';
import { type Load, URN_RECORDS } from '../load.ts';
import { planErrors } from '../plan-errors.ts';
import { type Extent, type Ran, runProgram, type World, withWorld } from '../run-program.ts';
import type { LATENCIES } from '../services/latency.ts';
import type { Run, Suite } from '../suite.ts';
import { callsOf, leastRequests, requestsOf, usageOf } from '../usage.ts';

const BASE: Load = {
  name: 'base',
  characters: 140,
  repeat_share: 0.6,
  languages: 1,
  batch_records: settings.consumer.batch_size,
};

/** One thing differs from the base each time: 140 characters, 60 % repeats, one language, batches as deployed. */
const LOADS: Load[] = [
  BASE,
  { ...BASE, name: 'distinct', repeat_share: 0 },
  { ...BASE, name: 'repeats_95', repeat_share: 0.95 },
  { ...BASE, name: 'languages_12', languages: 12 },
  { ...BASE, name: 'characters_1000', characters: 1_000 },
  { ...BASE, name: 'characters_4900', characters: 4_900, batch_records: 800 },
  { ...BASE, name: 'batch_100', batch_records: 100 },
  { ...BASE, name: 'batch_1000', batch_records: 1_000 },
  { ...BASE, name: 'batch_10000', batch_records: 10_000 },
];
/** What the window of 2 s brings of 600 records a second on four shards: as many as 10 calls a second carry. */
const STEADY: Load = { ...BASE, name: 'steady', batch_records: 300 };

type Latency = keyof typeof LATENCIES;
type Results = Record<ProgramName, Ran>;

/**
 * The consumer's bundle and those of the baselines, each in a process of its own, get the same batches, and call the
 * same stand-ins in another process. `zero`: the services answer at once, so what is seen is the programs' own work.
 * `realistic`: they take the time of bench/services/latency.ts. Nobody has a quota here, and everybody 50 calls at a
 * time. CPU time is that of the whole process, garbage collection included.
 */
export const consumer: Suite = {
  name: 'consumer',
  title: "the stream's consumer: records a second, CPU, calls, requests and cost, by load",
  measure: (run) =>
    withWorld(run, async (world) => {
      const figures: Figure[] = [];
      for (const load of run.quick ? [BASE] : LOADS) {
        const waited = await measured(world, run, load, 'realistic');
        const at_once = await measured(world, run, load, 'zero');
        // In a quick run the baselines that call for each record run once, with latency.
        const known = Object.entries(at_once).filter(([, ran]) => ran !== undefined);
        figures.push(...loadFigures(load, { ...waited, ...Object.fromEntries(known) } as Results));
        figures.push(...waitedFigures(load, waited));
      }
      figures.push(await steadyFill(world, run));
      return figures;
    }),
};

/** The programs take turns, so that what else the machine does befalls all of them. */
async function measured(world: World, run: Run, load: Load, latencies: Latency): Promise<Results> {
  const runs = Object.fromEntries(PROGRAMS.map((name) => [name, [] as Ran[]]));
  const rounds = latencies === 'realistic' ? 1 : run.quick ? 2 : 3;
  for (let round = 1; round <= rounds; round += 1) {
    for (const program of PROGRAMS) {
      run.signal.throwIfAborted();
      // What calls for each record takes long, and is the same each time.
      if (!isBatching(program) && (round > 1 || (run.quick && latencies === 'zero'))) continue;
      run.say(`${load.name}, ${latencies} latency, ${program}, round ${round}`);
      const own = loadFor(program, load);
      const extent = extentOf(program, own, latencies, run);
      runs[program]!.push(
        await runProgram(world, program, { ...run, ...extent, load: own, latencies }),
      );
    }
  }
  return Object.fromEntries(PROGRAMS.map((program) => [program, best(runs[program]!)])) as Results;
}

/** What disturbs a run only adds to it. */
function best(runs: Ran[]): Ran | undefined {
  return [...runs].sort((a, b) => a.cpu_ms / a.records - b.cpu_ms / b.records)[0];
}

const isBatching = (program: ProgramName) => program === 'product' || program === 'floor';
const MOST_RECORDS_APART = 500;
const MOST_BATCHES_WAITED_FOR = 15;

/** Who calls for each record is as fast with small batches, and sooner done. */
function loadFor(program: ProgramName, load: Load): Load {
  const batch_records = Math.min(load.batch_records, MOST_RECORDS_APART);
  return isBatching(program) ? load : { ...load, batch_records };
}

/** Enough that compilation is over, and no more; what waits for every batch gets fewer of them. */
function extentOf(program: ProgramName, load: Load, latencies: Latency, { quick }: Run): Extent {
  const shorter = load.characters > 2_000 || (quick && !isBatching(program)) ? 2 : 1;
  const most = latencies === 'zero' ? Number.POSITIVE_INFINITY : MOST_BATCHES_WAITED_FOR;
  const batchesOf = (records: number) =>
    Math.min(most, Math.ceil(records / shorter / load.batch_records));
  return isBatching(program)
    ? { warm_batches: batchesOf(2 * URN_RECORDS), batches: batchesOf(2 * URN_RECORDS) }
    : { warm_batches: batchesOf(MOST_RECORDS_APART), batches: batchesOf(2 * MOST_RECORDS_APART) };
}

/** How full calls are where records come steadily, and no faster than the quota carries. */
async function steadyFill(world: World, run: Run): Promise<Figure> {
  run.say('steady load');
  const extent = { warm_batches: 1, batches: 2 * (URN_RECORDS / STEADY.batch_records) };
  const ran = await runProgram(world, 'product', {
    ...run,
    ...extent,
    load: STEADY,
    latencies: 'zero',
  });
  return figure({ ...fillOf(STEADY, ran), goal: { of: 'value', at_least: 0.9 } });
}

function fillOf(load: Load, ran: Ran): Measured {
  const { documents = 0 } = ran.counts['comprehend.BatchDetectSentiment']?.usage ?? {};
  return {
    name: `consumer.call_fill.${load.name}`,
    unit: 'share of 25 documents',
    value: documents / (callsOf(ran) * 25),
  };
}

function beside(results: Results, value: (ran: Ran) => number) {
  const { product, per_record, powertools, floor } = results;
  return {
    value: value(product),
    baselines: {
      per_record: value(per_record),
      powertools: value(powertools),
      floor: value(floor),
    },
  };
}

/** What is so whatever time the services take. */
function loadFigures(load: Load, results: Results): Figure[] {
  const named = (measured: Measured) => figure({ ...measured, name: `consumer.${measured.name}` });
  const { product, floor } = results;
  const calls = callsOf(product) / product.records;
  return [
    named({
      name: `cpu_ms_per_1000.${load.name}`,
      unit: 'ms',
      ...beside(results, ({ cpu_ms, records }) => (cpu_ms / records) * 1_000),
      goal: { of: 'floor', at_most: 2 },
    }),
    named({
      name: `records_per_second_of_core.${load.name}`,
      unit: 'records/s',
      ...beside(results, ({ cpu_ms, records }) => (records / cpu_ms) * 1_000),
    }),
    named({
      name: `calls_per_1000.${load.name}`,
      unit: 'calls',
      value: calls * 1_000,
      baselines: { floor: (callsOf(floor) / floor.records) * 1_000 },
      goal: { of: 'floor', at_most: 1.05 },
    }),
    named({
      name: `requests_per_1000.${load.name}`,
      unit: 'requests',
      value: (requestsOf(product) / product.records) * 1_000,
      baselines: { floor: (leastRequests(product, load) / product.records) * 1_000 },
      goal: { of: 'floor', at_most: 1.1 },
    }),
    figure(fillOf(load, product)),
    ...costFigures(load, results),
    ...planErrors(load, product),
  ];
}

/** With the time that services take: how fast, and what a million records cost. */
function waitedFigures(load: Load, results: Results): Figure[] {
  const speed = beside(results, ({ records, wall_ms }) => (records / wall_ms) * 1_000);
  const named = (suffix: string, goal?: Goal) =>
    figure({
      name: `consumer.records_per_second${suffix}.${load.name}`,
      unit: 'records/s',
      ...speed,
      goal,
    });
  if (load !== BASE) return [named('')];
  return [
    named('', { of: 'per_record', at_least: 10 }),
    named('_to_powertools', { of: 'powertools', at_least: 5 }),
  ];
}

/** In the first price tiers, all that is billed: what was counted, and the Lambda time that the CPU took. */
function costFigures(load: Load, results: Results): Figure[] {
  const costs = (ran: Ran) => costOf(times(usageOf(ran, load), 1_000_000 / ran.records), 0);
  const total = figure({
    name: `consumer.usd_per_million.${load.name}`,
    unit: 'USD',
    ...beside(results, (ran) => costs(ran).total),
    ...(load.name === 'base' ? { goal: { of: 'per_record' as const, at_most: 0.2 } } : {}),
  });
  const stages = ['analysis', 'stream', 'tables', 'lake', 'compute'] as const;
  return [
    total,
    ...stages.map((stage) =>
      figure({
        name: `consumer.usd_per_million_${stage}.${load.name}`,
        unit: 'USD',
        ...beside(results, (ran) => costs(ran)[stage]),
      }),
    ),
  ];
}
