import { setTimeout as sleep } from 'node:timers/promises';
import type { TemplateResource } from '@aurastream/embedded-cloud';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { createRandom } from '../../test/support/random.ts';
import { withAssembly } from '../assembly.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { type Figure, figure } from '../figures.ts';
import { deployedFunctions } from '../functions.ts';
import { lakeWatch } from '../lake-watch.ts';
import { median, quantile } from '../percentiles.ts';
import type { Run, Suite } from '../suite.ts';

const ONE_LOAD = 50;
/** Of all records of a load: those whose row and line are watched for. */
const WATCHED = 100;
const POLL_MS = 100;
/** Three of five records repeat one of these texts. */
const POPULAR_TEXTS = 20;
/** Without one row more for this long, something is wrong. */
const STALLED_MS = 60_000;
const TENANT = 'default';

/**
 * A burst of 50, 500 and 5,000 records through the real publisher: from the producer's acknowledgement to the row in the
 * table and the line in the lake, to 100 ms. Rows include Lambda's batching window (2 s); lines the lake's buffer (5 s
 * here, 60 s on AWS). Of the texts 60 % are repeats.
 *
 * The consumer governs itself at `consumer.comprehend_calls_per_second` of infra/settings.ts, 9.8 calls or 245 texts a
 * second: a burst of 5,000 (2,000 distinct texts, so 80 calls or more) waits for that. The stand-in's quota is raised,
 * so nothing else is refused. `records_per_second_lifted` is the same load with the consumer's rate lifted as well.
 */
export const end_to_end: Suite = {
  name: 'end_to_end',
  title: "from the producer's acknowledgement to the row and to the lake, as the load grows",
  async measure(run) {
    const scales = run.quick ? [1, 10] : [1, 10, 100];
    const loads = await withWarmCloud(run, undefined, async (cloud) => {
      const measured: Load[] = [];
      for (const scale of scales) {
        // The lake's buffer is waited for once, where there is little time.
        const with_lake = !run.quick || scale === scales.at(-1);
        measured.push(await burst(run, cloud, { name: `load_${scale}`, scale, with_lake }));
      }
      return measured;
    });
    const figures = [...loads.flatMap(figuresOf), growthOf(loads)];
    return run.quick ? figures : [...figures, await lifted(run)];
  },
};

interface Load {
  name: string;
  /** Milliseconds after the acknowledgement, of each record that was watched; none where the lake was not. */
  row_ms: number[];
  lake_ms: number[];
  records_per_second: number;
  requests_per_record: number;
}

function figuresOf({ name, row_ms, lake_ms, ...load }: Load): Figure[] {
  const ms = (what: string, value: number) =>
    figure({ name: `end_to_end.${what}.${name}`, value, unit: 'ms' });
  return [
    ms('row_p50', median(row_ms)),
    ms('row_p99', quantile(row_ms, 0.99)),
    ...(lake_ms.length === 0
      ? []
      : [ms('lake_p50', median(lake_ms)), ms('lake_p99', quantile(lake_ms, 0.99))]),
    figure({
      name: `end_to_end.records_per_second.${name}`,
      value: load.records_per_second,
      unit: 'records/s',
    }),
    figure({
      name: `end_to_end.requests_per_record.${name}`,
      value: load.requests_per_record,
      unit: 'requests',
    }),
  ];
}

/** What a record costs at the highest load to what it costs at the lowest. */
function growthOf(loads: Load[]): Figure {
  return figure({
    name: 'end_to_end.growth',
    value: loads.at(-1)!.requests_per_record / loads[0]!.requests_per_record,
    unit: '×',
    goal: { of: 'value', at_most: 1 },
  });
}

async function lifted(run: Run): Promise<Figure> {
  const { consumer } = await deployedFunctions();
  const lift = ({ Properties }: TemplateResource, logical_id: string) => {
    if (logical_id !== consumer.logical_id) return;
    const { Environment } = Properties as { Environment: { Variables: Record<string, string> } };
    Environment.Variables.COMPREHEND_CALLS_PER_SECOND = '10000';
  };
  const load = await withAssembly(lift, (assembly_dir) =>
    withWarmCloud(run, assembly_dir, (cloud) => burst(run, cloud, { name: 'lifted', scale: 100 })),
  );
  return figure({
    name: 'end_to_end.records_per_second_lifted.load_100',
    value: load.records_per_second,
    unit: 'records/s',
  });
}

/** A cloud whose consumer has started on every shard. */
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
    await burst(run, cloud, { name: 'warm_up', scale: 1 });
    return work(cloud);
  });
}

async function burst(
  run: Run,
  cloud: BenchCloud,
  { name, scale, with_lake = false }: { name: string; scale: number; with_lake?: boolean },
): Promise<Load> {
  const load = scale * ONE_LOAD;
  const records = recordsOf(name, load);
  const watched = someOf(records).map(({ record_id }) => record_id!);
  run.say(`${name}: ${load} records`);
  await cloud.resetMeter();
  const started_at = performance.now();
  const inTable = async () => {
    const rows = await rowsSeen(run, cloud, watched);
    await everyRow(run, cloud, records);
    const seconds = (performance.now() - started_at) / 1_000;
    return { rows, seconds, requests: await requestsOf(cloud) };
  };
  // Watching starts with publishing: the first rows may be there before the last record is acknowledged.
  const [acknowledged, { rows, seconds, requests }, lines] = await Promise.all([
    publish(cloud, records),
    inTable(),
    with_lake ? lakeWatch(cloud, watched, run.signal) : undefined,
  ]);
  const after = (seen: Map<string, number>) =>
    watched.map((id) => Math.max(0, seen.get(id)! - acknowledged.get(id)!));
  return {
    name,
    row_ms: after(rows),
    lake_ms: lines === undefined ? [] : after(lines),
    records_per_second: load / seconds,
    requests_per_record: requests / load,
  };
}

/** By chance, the same each time: what is watched has as many repeats as all have. */
function someOf<Item>(items: Item[]): Item[] {
  const random = createRandom(1);
  const drawn = items.map((item) => ({ item, at: random.next() })).sort((a, b) => a.at - b.at);
  return drawn.slice(0, WATCHED).map(({ item }) => item);
}

function recordsOf(name: string, load: number): RecordInput[] {
  return Array.from({ length: load }, (_, i) => {
    const of = i % 5 < 2 ? `order ${i}` : `day ${Math.floor(i / 5) % POPULAR_TEXTS}`;
    return {
      record_id: `${name}-${i}`,
      text: `The parcel came late and the box was torn, but I love what was in it (${name}, ${of}).`,
      source: 'bench',
    };
  });
}

/** @returns when each record was acknowledged. */
async function publish(
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
      if (status !== 'accepted') throw new Error(`A record was ${status}`);
      acknowledged.set(record.record_id!, performance.now());
    }),
  );
  await publisher.close();
  client.destroy();
  return acknowledged;
}

/** When each was first seen in the table: one read of those that are still open, again and again. */
async function rowsSeen(run: Run, cloud: BenchCloud, ids: string[]): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await untilNoneIsOpen(run, cloud, ids, (id) => seen.set(id, performance.now()));
  return seen;
}

function everyRow(run: Run, cloud: BenchCloud, records: RecordInput[]): Promise<void> {
  const ids = records.map(({ record_id }) => record_id!);
  return untilNoneIsOpen(run, cloud, ids, () => {});
}

async function untilNoneIsOpen(
  { signal }: Run,
  { config, stack }: BenchCloud,
  ids: string[],
  on_seen: (id: string) => void,
): Promise<void> {
  const client = new DynamoDBClient(config);
  const reader = createResultsReader({ client, table_name: stack.ResultsTableName });
  let open = ids;
  let moved_at = performance.now();
  while (open.length > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const found = await reader.getMany(open.map((record_id) => ({ tenant: TENANT, record_id })));
    if (found.size > 0) moved_at = performance.now();
    else if (performance.now() - moved_at > STALLED_MS) throw new Error('No record ends any more');
    for (const { record_id } of found.values()) on_seen(record_id);
    open = open.filter((record_id) => !found.has(`${TENANT}#${record_id}`));
  }
  client.destroy();
}

/**
 * Of the publisher, and of the consumer to all that it calls. What Lambda reads of the stream for it goes by time and not
 * by records, and nobody is billed for it.
 */
async function requestsOf(cloud: BenchCloud): Promise<number> {
  const { logical_id } = (await deployedFunctions()).consumer;
  const entries = await cloud.meter();
  return entries
    .filter(({ service, action, caller }) =>
      service === 'kinesis' ? action === 'PutRecords' : caller === logical_id,
    )
    .reduce((sum, { calls }) => sum + calls, 0);
}
