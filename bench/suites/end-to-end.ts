import { setTimeout as sleep } from 'node:timers/promises';
import type { TemplateResource } from '@aurastream/embedded-cloud';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { recordKey } from '../../schemas/index.ts';
import { createRandom } from '../../test/support/random.ts';
import { withAssembly } from '../assembly.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { loadDeployedFunctions } from '../functions.ts';
import { watchLake } from '../lake-watch.ts';
import { computeMedian, computeQuantile } from '../percentiles.ts';
import type { Run, Suite } from '../suite.ts';

const BASE_RECORDS = 50;
/**
 * How many records of a burst the suite watches. The suite measures when the row and the lake line
 * of each watched record appear.
 */
const WATCHED = 100;
const POLL_MS = 100;
/** How many popular texts exist. Three of five records repeat a popular text. */
const POPULAR_TEXTS = 20;
/** How long the suite waits for a new row before the suite fails, in milliseconds. */
const STALLED_MS = 60_000;
export const SOURCE = { tenant: 'default', source: 'bench' };

/**
 * Publishes bursts of 50, 500 and 5,000 records with the product's publisher. The suite measures
 * the time from the acknowledgement of a record to its row in the table and to its line in the
 * lake. The suite polls the table every 100 ms and the lake every 250 ms. The times of rows include
 * Lambda's batching window of 2 s. The times of lines include the lake's buffer, which waits 5 s
 * here and 60 s on AWS. 60 % of the texts are repeats.
 *
 * The consumer limits its rate to `quotas.comprehend.consumers_calls_per_second` of
 * infra/settings.ts: 9.8 calls or 245 texts per second. A burst of 5,000 records waits for the rate
 * limit, because the burst has 2,000 distinct texts and needs at least 80 calls. The quota of the
 * embedded Comprehend is too high to matter. `records_per_second_lifted` measures the same burst
 * without the consumer's rate limit.
 */
export const end_to_end: Suite = {
  name: 'end_to_end',
  title: "time from the producer's acknowledgement to the row and to the lake, as the load grows",
  async measure(run) {
    const scales = run.quick ? [1, 10] : [1, 10, 100];
    const loads = await withWarmCloud(run, undefined, async (cloud) => {
      const bursts: BurstResult[] = [];
      for (const scale of scales) {
        // A quick run waits for the lake's buffer only in its last burst, to save time.
        const with_lake = !run.quick || scale === scales.at(-1);
        bursts.push(await runBurst(run, cloud, { name: `load_${scale}`, scale, with_lake }));
      }
      return bursts;
    });
    const figures = [...loads.flatMap(buildFigures), buildGrowth(loads)];
    return run.quick ? figures : [...figures, await measureWithoutRateLimit(run)];
  },
};

interface BurstResult {
  name: string;
  /** Milliseconds from the acknowledgement to the row, for each watched record. */
  row_ms: number[];
  /**
   * Milliseconds from the acknowledgement to the lake line, for each watched record. Empty if the
   * lake was not watched.
   */
  lake_ms: number[];
  records_per_second: number;
  requests_per_record: number;
}

function buildFigures({ name, row_ms, lake_ms, ...load }: BurstResult): Figure[] {
  const build = (metric: string, value: number) =>
    buildFigure({ name: `end_to_end.${metric}.${name}`, value, unit: 'ms' });
  return [
    build('row_p50', computeMedian(row_ms)),
    build('row_p99', computeQuantile(row_ms, 0.99)),
    ...(lake_ms.length === 0
      ? []
      : [
          build('lake_p50', computeMedian(lake_ms)),
          build('lake_p99', computeQuantile(lake_ms, 0.99)),
        ]),
    buildFigure({
      name: `end_to_end.records_per_second.${name}`,
      value: load.records_per_second,
      unit: 'records/s',
    }),
    buildFigure({
      name: `end_to_end.requests_per_record.${name}`,
      value: load.requests_per_record,
      unit: 'requests',
    }),
  ];
}

/**
 * Divides the requests per record at the highest load by the requests per record at the lowest
 * load.
 */
function buildGrowth(loads: BurstResult[]): Figure {
  return buildFigure({
    name: 'end_to_end.growth',
    value: loads.at(-1)!.requests_per_record / loads[0]!.requests_per_record,
    unit: '×',
    goal: { of: 'value', at_most: 1 },
  });
}

async function measureWithoutRateLimit(run: Run): Promise<Figure> {
  const load = await withoutRateLimit(run, (cloud) =>
    runBurst(run, cloud, { name: 'lifted', scale: 100 }),
  );
  return buildFigure({
    name: 'end_to_end.records_per_second_lifted.load_100',
    value: load.records_per_second,
    unit: 'records/s',
  });
}

/** Runs the work with a warm embedded cloud whose consumer does not limit its rate. */
export async function withoutRateLimit<T>(
  run: Run,
  work: (cloud: BenchCloud) => Promise<T>,
): Promise<T> {
  const { consumer } = await loadDeployedFunctions();
  const removeLimit = ({ Properties }: TemplateResource, logical_id: string) => {
    if (logical_id !== consumer.logical_id) return;
    const { Environment } = Properties as { Environment: { Variables: Record<string, string> } };
    Environment.Variables.ANALYZER_CALLS_PER_SECOND = '10000';
  };
  return withAssembly(removeLimit, (assembly_dir) => withWarmCloud(run, assembly_dir, work));
}

/** Runs the work with an embedded cloud whose consumer has already started on every shard. */
function withWarmCloud<T>(
  run: Run,
  assembly_dir: string | undefined,
  work: (cloud: BenchCloud) => Promise<T>,
): Promise<T> {
  const options = {
    comprehendQuotas: { BatchDetectSentiment: 100_000 },
    ...(assembly_dir === undefined ? {} : { assemblyDir: assembly_dir }),
  };
  return withCloud(run, options, async (cloud) => {
    await runBurst(run, cloud, { name: 'warm_up', scale: 1 });
    return work(cloud);
  });
}

async function runBurst(
  run: Run,
  cloud: BenchCloud,
  { name, scale, with_lake = false }: { name: string; scale: number; with_lake?: boolean },
): Promise<BurstResult> {
  const load = scale * BASE_RECORDS;
  const records = generateRecords(name, load);
  const watched = sampleRecords(records).map(({ record_id }) => record_id!);
  run.reportStep(`${name}: ${load} records`);
  await cloud.resetMeter();
  const started_at = performance.now();
  const waitForRows = async () => {
    const rows = await watchRows(run, cloud, watched);
    await waitForEveryRow(run, cloud, records);
    const seconds = (performance.now() - started_at) / 1_000;
    return { rows, seconds, requests: await countBurstRequests(cloud) };
  };
  // Watch the table while publishing, because the first rows may appear before the last record is
  // acknowledged.
  const [acknowledged, { rows, seconds, requests }, lines] = await Promise.all([
    publish(cloud, records),
    waitForRows(),
    with_lake ? watchLake(cloud, watched, run.signal) : undefined,
  ]);
  const waitsUntil = (seen: Map<string, number>) =>
    watched.map((id) => Math.max(0, seen.get(id)! - acknowledged.get(id)!));
  return {
    name,
    row_ms: waitsUntil(rows),
    lake_ms: lines === undefined ? [] : waitsUntil(lines),
    records_per_second: load / seconds,
    requests_per_record: requests / load,
  };
}

/**
 * Draws the watched records at random with a fixed seed. A random sample has about the same share
 * of repeats as the burst.
 */
function sampleRecords<Item>(items: Item[]): Item[] {
  const random = createRandom(1);
  const drawn = items.map((item) => ({ item, at: random.next() })).sort((a, b) => a.at - b.at);
  return drawn.slice(0, WATCHED).map(({ item }) => item);
}

/** Generates records. 60 % of the texts are repeats. */
export function generateRecords(name: string, load: number): RecordInput[] {
  return Array.from({ length: load }, (_, i) => {
    const topic =
      i % 5 < 2 ? `order ${i.toLocaleString('en')}` : `day ${Math.floor(i / 5) % POPULAR_TEXTS}`;
    return {
      record_id: `${name}-${i}`,
      text: `The parcel came late and the box was torn, but I love what was in it (${name}, ${topic}).`,
      source: SOURCE.source,
    };
  });
}

/**
 * Publishes the records.
 *
 * @returns the time at which each record was acknowledged, by record id.
 */
export async function publish(
  { config, stack }: BenchCloud,
  records: RecordInput[],
): Promise<Map<string, number>> {
  const client = new KinesisClient(config);
  const stream = createKinesisStream({ client, stream_name: stack.StreamName });
  const publisher = createPublisher({ stream });
  const acknowledged = new Map<string, number>();
  await Promise.all(
    records.map(async (record) => {
      const { status } = await publisher.publish(record);
      if (status !== 'accepted')
        throw new Error(`Expected every record to be accepted; one was ${status}`);
      acknowledged.set(record.record_id!, performance.now());
    }),
  );
  await publisher.close();
  client.destroy();
  return acknowledged;
}

/**
 * Polls the table until it has a row for each record.
 *
 * @returns the time at which each row was first seen, by record id.
 */
async function watchRows(run: Run, cloud: BenchCloud, ids: string[]): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await pollRows(run, cloud, ids, (id) => seen.set(id, performance.now()));
  return seen;
}

function waitForEveryRow(run: Run, cloud: BenchCloud, records: RecordInput[]): Promise<void> {
  const ids = records.map(({ record_id }) => record_id!);
  return pollRows(run, cloud, ids, () => {});
}

async function pollRows(
  { signal }: Run,
  { config, stack }: BenchCloud,
  ids: string[],
  onSeen: (id: string) => void,
): Promise<void> {
  const client = new DynamoDBClient(config);
  const reader = createResultsReader({ client, table_name: stack.ResultsTableName });
  let missing = ids;
  let progressed_at = performance.now();
  while (missing.length > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const found = await reader.getMany(missing.map((record_id) => ({ ...SOURCE, record_id })));
    if (found.size > 0) progressed_at = performance.now();
    else if (performance.now() - progressed_at > STALLED_MS)
      throw new Error(
        `No new row for ${STALLED_MS / 1_000} s; ${missing.length} records are missing`,
      );
    for (const { record_id } of found.values()) onSeen(record_id);
    missing = missing.filter((record_id) => !found.has(recordKey({ ...SOURCE, record_id })));
  }
  client.destroy();
}

/**
 * Counts the publisher's puts and all calls of the consumer. The count leaves out Lambda's reads of
 * the stream. AWS does not bill the reads, and their number depends only on time.
 */
async function countBurstRequests(cloud: BenchCloud): Promise<number> {
  const { logical_id } = (await loadDeployedFunctions()).consumer;
  const entries = await cloud.readMeter();
  return entries
    .filter(({ service, action, caller }) =>
      service === 'kinesis' ? action === 'PutRecords' : caller === logical_id,
    )
    .reduce((sum, { calls }) => sum + calls, 0);
}
