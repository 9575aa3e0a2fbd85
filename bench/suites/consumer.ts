import { computeCost, multiplyUsage } from '@aurastream/cost-model';
import { settings } from '../../infra/settings.ts';
import type { Bundles, ProgramName } from '../bundles.ts';
import { type Figure, figure, type Goal, type Measured } from '../figures.ts';
import { type Load, URN_RECORDS } from '../load.ts';
import { planErrors } from '../plan-errors.ts';
import { type Given, type Ran, withBundles, withProgram } from '../run-program.ts';
import { sumOfCounts } from '../services/counters.ts';
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
  { ...BASE, name: 'characters_4900', characters: 4_900, batch_records: 750 },
  { ...BASE, name: 'batch_100', batch_records: 100 },
  { ...BASE, name: 'batch_1000', batch_records: 1_000 },
  { ...BASE, name: 'batch_10000', batch_records: 10_000 },
];
/** What the window of 2 s brings of 600 records a second on four shards: as many as 10 calls a second carry. */
const STEADY: Load = { ...BASE, name: 'steady', batch_records: 300 };

type Latency = keyof typeof LATENCIES;
type Results = Record<ProgramName, Ran>;
type Extent = Pick<Given, 'warm_batches' | 'batches'>;

/**
 * The consumer's bundle and those of the baselines, each in a process of its own, get the same batches, and call the
 * same stand-ins in another process. `zero`: the services answer at once, so what is seen is the programs' own work.
 * `realistic`: they take the time of bench/services/latency.ts. Nobody has a quota here, and everybody 50 calls at a
 * time. CPU time is that of the whole process, garbage collection included, once it is warm.
 */
export const consumer: Suite = {
  name: 'consumer',
  title: "the stream's consumer: records a second, CPU, calls, requests and cost, by load",
  measure: (run) =>
    withBundles(async (bundles) => {
      const figures: Figure[] = [];
      for (const load of run.quick ? [BASE] : LOADS) {
        const bench: Bench = { run, bundles, load };
        const at_once = await measured(bench, 'zero');
        const waited = await measured(bench, 'realistic');
        figures.push(...loadFigures(load, at_once), ...waitedFigures(load, waited));
      }
      figures.push(await steadyFill(run, bundles));
      if (!run.quick) figures.push(await ifBatchesTakeTwice(run, bundles));
      return figures;
    }),
};

interface Bench {
  run: Run;
  bundles: Bundles;
  load: Load;
}

async function measured(bench: Bench, latencies: Latency): Promise<Results> {
  return { ...(await eachRecordAlone(bench, latencies)), ...(await batched(bench, latencies)) };
}

/**
 * The two that call for many records at once. They are warm for long before they are measured, and take turns, so that
 * what else the machine does befalls both.
 */
async function batched(
  { run, bundles, load }: Bench,
  latencies: Latency,
): Promise<Pick<Results, 'product' | 'floor'>> {
  const given = { ...run, ...batchedExtent(load, latencies, run), load, latencies };
  const turns = run.quick ? 2 : 3;
  const product: Ran[] = [];
  const floor: Ran[] = [];
  run.say(`${load.name}, ${latencies} latency, product and floor`);
  await withProgram(bundles, 'product', given, (measureProduct) =>
    withProgram(bundles, 'floor', given, async (measureFloor) => {
      for (let turn = 0; turn < turns; turn += 1) {
        product.push(await measureProduct());
        floor.push(await measureFloor());
      }
    }),
  );
  return { product: together(product), floor: together(floor) };
}

/** All of the turns; but of CPU time that of the best one for all, since what disturbs a turn only adds to it. */
function together(turns: Ran[]): Ran {
  const sum = (of: (ran: Ran) => number) => turns.reduce((total, ran) => total + of(ran), 0);
  const records = sum((ran) => ran.records);
  return {
    records,
    wall_ms: sum(({ wall_ms }) => wall_ms),
    cpu_ms: records * Math.min(...turns.map((ran) => ran.cpu_ms / ran.records)),
    peak_rss_bytes: Math.max(...turns.map(({ peak_rss_bytes }) => peak_rss_bytes)),
    stream_bytes: sum(({ stream_bytes }) => stream_bytes),
    billed_stream_bytes: sum(({ billed_stream_bytes }) => billed_stream_bytes),
    counts: sumOfCounts(turns.map(({ counts }) => counts)),
  };
}

const MOST_BATCHES_WAITED_FOR = 15;

/** What waits for every batch gets fewer of them, and is warm for long only where its speed has a goal. */
function batchedExtent(load: Load, latencies: Latency, { quick }: Run): Extent {
  const records = load.characters > 2_000 ? URN_RECORDS : 2 * URN_RECORDS;
  const most = latencies === 'zero' ? Number.POSITIVE_INFINITY : MOST_BATCHES_WAITED_FOR;
  const batchesOf = (count: number) => Math.min(most, Math.ceil(count / load.batch_records));
  const warm_records = latencies === 'zero' || load === BASE ? 2 * records : records;
  return {
    warm_batches: batchesOf(quick ? records / 2 : warm_records),
    batches: batchesOf(records),
  };
}

/** As many records warm up, and as many are measured: the speed of smaller batches would be that of their last call. */
const RECORDS_APART = 1_000;
/** Of a quick run, where nothing is waited for. */
const FEW_RECORDS = 500;

/** Who calls for each record takes long: it gets batches as deployed only where its speed has a goal. */
async function eachRecordAlone(
  { run, bundles, load }: Bench,
  latencies: Latency,
): Promise<Pick<Results, 'per_record' | 'powertools'>> {
  const is_whole = load === BASE && !run.quick;
  const is_short = run.quick && latencies === 'zero';
  const records = is_whole ? load.batch_records : is_short ? FEW_RECORDS : RECORDS_APART;
  const batch_records = Math.min(load.batch_records, records);
  const batches = Math.floor(records / batch_records);
  const given = {
    ...run,
    load: { ...load, batch_records },
    latencies,
    warm_batches: batches,
    batches,
  };
  const measured = (program: ProgramName) => {
    run.say(`${load.name}, ${latencies} latency, ${program}`);
    return withProgram(bundles, program, given, (measure) => measure());
  };
  return { per_record: await measured('per_record'), powertools: await measured('powertools') };
}

/** Nobody says that a call of 25 documents takes as long as one of one; this is the base if each batch took twice as long. */
async function ifBatchesTakeTwice(run: Run, bundles: Bundles): Promise<Figure> {
  run.say('batches that take twice as long');
  const latencies = 'batches_twice' as const;
  const given = { ...run, ...batchedExtent(BASE, latencies, run), load: BASE, latencies };
  const { records, wall_ms } = await withProgram(bundles, 'product', given, (measure) => measure());
  return figure({
    name: 'consumer.records_per_second_if_batches_take_twice.base',
    value: (records / wall_ms) * 1_000,
    unit: 'records/s',
  });
}

/** How full calls are where records come steadily, and no faster than the quota carries. */
async function steadyFill(run: Run, bundles: Bundles): Promise<Figure> {
  run.say('steady load');
  const extent = { warm_batches: 1, batches: 2 * (URN_RECORDS / STEADY.batch_records) };
  const given = { ...run, ...extent, load: STEADY, latencies: 'zero' as const };
  const ran = await withProgram(bundles, 'product', given, (measure) => measure());
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
      ...beside(results, (ran) => (requestsOf(ran) / ran.records) * 1_000),
    }),
    named({
      name: `requests_to_least.${load.name}`,
      unit: '×',
      value: requestsOf(product) / leastRequests(product, load),
      goal: { of: 'value', at_most: 1.1 },
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
  const costs = (ran: Ran) =>
    computeCost(multiplyUsage(usageOf(ran, load), 1_000_000 / ran.records), 0);
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
