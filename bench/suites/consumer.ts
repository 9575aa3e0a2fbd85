import { computeCost, multiplyUsage } from '@aurastream/cost-model';
import { settings } from '../../infra/settings.ts';
import type { Bundles, ProgramName } from '../bundles.ts';
import { buildFigure, type Figure, type Goal, type Measurement } from '../figures.ts';
import { type Load, REPEAT_CYCLE_RECORDS } from '../load.ts';
import { measurePlanErrors } from '../plan-errors.ts';
import { type ProgramInput, type ProgramRun, withBundles, withProgram } from '../run-program.ts';
import { mergeCounts } from '../services/counters.ts';
import type { LATENCIES } from '../services/latency.ts';
import type { Run, Suite } from '../suite.ts';
import { computeLeastRequests, computeUsage, countCalls, countRequests } from '../usage.ts';

const BASE: Load = {
  name: 'base',
  characters: 140,
  repeat_share: 0.6,
  languages: 1,
  batch_records: settings.consumer.batch_size,
};

/**
 * Loads of the suite. Each load differs in one property from the base load, which has 140
 * characters per text, 60 % repeats, one language, and the deployed batch size.
 */
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
/**
 * Load with batches of 300 records. A stream has such batches if it gets 600 records per second and
 * has four shards and a batching window of 2 s. A rate of 600 records per second is about the
 * highest rate that 10 Comprehend calls per second can carry.
 */
const STEADY: Load = { ...BASE, name: 'steady', batch_records: 300 };

type LatencyName = keyof typeof LATENCIES;
type ProgramRuns = Record<ProgramName, ProgramRun>;
type Extent = Pick<ProgramInput, 'warm_batches' | 'batches'>;

/**
 * Gives the same batches to the consumer's bundle and to the bundles of the baselines, each in its
 * own process. The programs call emulated services in another process. If the latencies are `zero`,
 * the services answer without delay, so that a run measures only the programs' own work. If the
 * latencies are `realistic`, the services have the response times of bench/services/latency.ts. No
 * Comprehend quota limits a program. CPU time is the CPU time of the whole warm process, including
 * garbage collection.
 */
export const consumer: Suite = {
  name: 'consumer',
  title: "the stream's consumer: records per second, CPU, calls, requests and cost, by load",
  measure: (run) =>
    withBundles(async (bundles) => {
      const figures: Figure[] = [];
      for (const load of run.quick ? [BASE] : LOADS) {
        const bench: LoadBench = { run, bundles, load };
        const without_latency = await runPrograms(bench, 'zero');
        const with_latency = await runPrograms(bench, 'realistic');
        figures.push(...buildLoadFigures(load, without_latency));
        figures.push(...buildSpeedFigures(load, with_latency));
      }
      figures.push(await measureSteadyFill(run, bundles));
      if (!run.quick) figures.push(await measureSlowBatches(run, bundles));
      return figures;
    }),
};

interface LoadBench {
  run: Run;
  bundles: Bundles;
  load: Load;
}

async function runPrograms(bench: LoadBench, latencies: LatencyName): Promise<ProgramRuns> {
  return {
    ...(await runPerRecordPrograms(bench, latencies)),
    ...(await runBatchingPrograms(bench, latencies)),
  };
}

/**
 * Runs the product and the floor after a long warm-up. Both programs put many records into one
 * call. The two programs alternate, so that other load on the machine affects both programs.
 */
async function runBatchingPrograms(
  { run, bundles, load }: LoadBench,
  latencies: LatencyName,
): Promise<Pick<ProgramRuns, 'product' | 'floor'>> {
  const input = { ...run, ...batchingExtent(load, latencies, run), load, latencies };
  const turns = run.quick ? 2 : 3;
  const product: ProgramRun[] = [];
  const floor: ProgramRun[] = [];
  run.reportStep(`${load.name}, ${latencies} latency, product and floor`);
  await withProgram(bundles, 'product', input, (measureProduct) =>
    withProgram(bundles, 'floor', input, async (measureFloor) => {
      for (let turn = 0; turn < turns; turn += 1) {
        product.push(await measureProduct());
        floor.push(await measureFloor());
      }
    }),
  );
  return { product: mergeTurns(product), floor: mergeTurns(floor) };
}

/**
 * Combines the turns of a program. The CPU time per record is the lowest of all turns, because
 * other load on the machine can only increase the CPU time. The peak memory is the highest of all
 * turns. All other values are added up.
 */
function mergeTurns(turns: ProgramRun[]): ProgramRun {
  const sum = (readValue: (turn: ProgramRun) => number) =>
    turns.reduce((total, turn) => total + readValue(turn), 0);
  const records = sum((turn) => turn.records);
  return {
    records,
    wall_ms: sum(({ wall_ms }) => wall_ms),
    cpu_ms: records * Math.min(...turns.map((turn) => turn.cpu_ms / turn.records)),
    peak_rss_bytes: Math.max(...turns.map(({ peak_rss_bytes }) => peak_rss_bytes)),
    stream_bytes: sum(({ stream_bytes }) => stream_bytes),
    billed_stream_bytes: sum(({ billed_stream_bytes }) => billed_stream_bytes),
    counts: mergeCounts(turns.map(({ counts }) => counts)),
  };
}

const MAX_BATCHES_WITH_LATENCY = 15;

/**
 * Returns the number of batches for warm-up and measurement. A run with latency measures fewer
 * batches than a run without latency. In a run with latency, only the base load gets the long
 * warm-up, because the speed of the other loads has no goal.
 */
function batchingExtent(load: Load, latencies: LatencyName, { quick }: Run): Extent {
  const records = load.characters > 2_000 ? REPEAT_CYCLE_RECORDS : 2 * REPEAT_CYCLE_RECORDS;
  const most = latencies === 'zero' ? Number.POSITIVE_INFINITY : MAX_BATCHES_WITH_LATENCY;
  const toBatches = (count: number) => Math.min(most, Math.ceil(count / load.batch_records));
  const warm_records = latencies === 'zero' || load === BASE ? 2 * records : records;
  return {
    warm_batches: toBatches(quick ? records / 2 : warm_records),
    batches: toBatches(records),
  };
}

/**
 * Number of records for the programs that call the services for each record. The warm-up uses this
 * number of records, and the measurement uses the same number again. With fewer records, the
 * programs would mainly wait for the last call of a batch.
 */
const PER_RECORD_RECORDS = 1_000;
/** How many records `per_record` and `powertools` get in a quick run without latency. */
const QUICK_RECORDS = 500;

/**
 * Runs the two programs that call the services for each record. The programs are slow, and
 * therefore most loads use few records. In a full run, the base load uses a batch of the deployed
 * size, because the speed of the base load has a goal.
 */
async function runPerRecordPrograms(
  { run, bundles, load }: LoadBench,
  latencies: LatencyName,
): Promise<Pick<ProgramRuns, 'per_record' | 'powertools'>> {
  const is_whole = load === BASE && !run.quick;
  const is_short = run.quick && latencies === 'zero';
  const records = is_whole ? load.batch_records : is_short ? QUICK_RECORDS : PER_RECORD_RECORDS;
  const batch_records = Math.min(load.batch_records, records);
  const batches = Math.floor(records / batch_records);
  const input = {
    ...run,
    load: { ...load, batch_records },
    latencies,
    warm_batches: batches,
    batches,
  };
  const runProgram = (program: ProgramName) => {
    run.reportStep(`${load.name}, ${latencies} latency, ${program}`);
    return withProgram(bundles, program, input, (measure) => measure());
  };
  return { per_record: await runProgram('per_record'), powertools: await runProgram('powertools') };
}

/**
 * Measures the base load with batch calls that take twice as long, because a call with 25 documents
 * may be slower than a call with one document.
 */
async function measureSlowBatches(run: Run, bundles: Bundles): Promise<Figure> {
  run.reportStep('batch calls with twice the latency');
  const latencies = 'batches_twice' as const;
  const input = { ...run, ...batchingExtent(BASE, latencies, run), load: BASE, latencies };
  const { records, wall_ms } = await withProgram(bundles, 'product', input, (measure) => measure());
  return buildFigure({
    name: 'consumer.records_per_second_if_batches_take_twice.base',
    value: (records / wall_ms) * 1_000,
    unit: 'records/s',
  });
}

/**
 * Measures how full the calls to Comprehend are under a steady load that the quota can carry. The
 * measured value is the number of documents per call, divided by the maximum of 25 documents.
 */
async function measureSteadyFill(run: Run, bundles: Bundles): Promise<Figure> {
  run.reportStep('steady load');
  const extent = { warm_batches: 1, batches: 2 * (REPEAT_CYCLE_RECORDS / STEADY.batch_records) };
  const input = { ...run, ...extent, load: STEADY, latencies: 'zero' as const };
  const result = await withProgram(bundles, 'product', input, (measure) => measure());
  return buildFigure({ ...measureFill(STEADY, result), goal: { of: 'value', at_least: 0.9 } });
}

function measureFill(load: Load, run: ProgramRun): Measurement {
  const { documents = 0 } = run.counts['comprehend.BatchDetectSentiment']?.usage ?? {};
  return {
    name: `consumer.call_fill.${load.name}`,
    unit: 'share of 25 documents',
    value: documents / (countCalls(run) * 25),
  };
}

function compare(results: ProgramRuns, readValue: (run: ProgramRun) => number) {
  const { product, per_record, powertools, floor } = results;
  return {
    value: readValue(product),
    baselines: {
      per_record: readValue(per_record),
      powertools: readValue(powertools),
      floor: readValue(floor),
    },
  };
}

/** Builds the figures that do not depend on the services' latency. */
function buildLoadFigures(load: Load, results: ProgramRuns): Figure[] {
  const build = (measurement: Measurement) =>
    buildFigure({ ...measurement, name: `consumer.${measurement.name}` });
  const { product, floor } = results;
  const calls = countCalls(product) / product.records;
  return [
    build({
      name: `cpu_ms_per_1000.${load.name}`,
      unit: 'ms',
      ...compare(results, ({ cpu_ms, records }) => (cpu_ms / records) * 1_000),
      goal: { of: 'floor', at_most: 2 },
    }),
    build({
      name: `records_per_second_of_core.${load.name}`,
      unit: 'records/s',
      ...compare(results, ({ cpu_ms, records }) => (records / cpu_ms) * 1_000),
    }),
    build({
      name: `calls_per_1000.${load.name}`,
      unit: 'calls',
      value: calls * 1_000,
      baselines: { floor: (countCalls(floor) / floor.records) * 1_000 },
      goal: { of: 'floor', at_most: 1.05 },
    }),
    build({
      name: `requests_per_1000.${load.name}`,
      unit: 'requests',
      ...compare(results, (run) => (countRequests(run) / run.records) * 1_000),
    }),
    build({
      name: `requests_to_least.${load.name}`,
      unit: '×',
      value: countRequests(product) / computeLeastRequests(product, load),
      goal: { of: 'value', at_most: 1.1 },
    }),
    buildFigure(measureFill(load, product)),
    ...buildCostFigures(load, results),
    ...measurePlanErrors(load, product),
  ];
}

/** Builds the figures of throughput at realistic latency. */
function buildSpeedFigures(load: Load, results: ProgramRuns): Figure[] {
  const speed = compare(results, ({ records, wall_ms }) => (records / wall_ms) * 1_000);
  const build = (suffix: string, goal?: Goal) =>
    buildFigure({
      name: `consumer.records_per_second${suffix}.${load.name}`,
      unit: 'records/s',
      ...speed,
      goal,
    });
  if (load !== BASE) return [build('')];
  return [
    build('', { of: 'per_record', at_least: 10 }),
    build('_to_powertools', { of: 'powertools', at_least: 5 }),
  ];
}

/**
 * Builds the cost figures from the counted usage and the prices of the first tiers. Lambda's billed
 * time is computed from the CPU time.
 */
function buildCostFigures(load: Load, results: ProgramRuns): Figure[] {
  const costs = (run: ProgramRun) =>
    computeCost(multiplyUsage(computeUsage(run, load), 1_000_000 / run.records), 0);
  const total = buildFigure({
    name: `consumer.usd_per_million.${load.name}`,
    unit: 'USD',
    ...compare(results, (run) => costs(run).total),
    ...(load.name === 'base' ? { goal: { of: 'per_record' as const, at_most: 0.2 } } : {}),
  });
  const stages = ['analysis', 'stream', 'tables', 'lake', 'compute'] as const;
  return [
    total,
    ...stages.map((stage) =>
      buildFigure({
        name: `consumer.usd_per_million_${stage}.${load.name}`,
        unit: 'USD',
        ...compare(results, (run) => costs(run)[stage]),
      }),
    ),
  ];
}
