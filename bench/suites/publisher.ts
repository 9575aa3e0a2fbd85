import {
  CreateStreamCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import pLimit from 'p-limit';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { chunk } from '../../lib/chunk.ts';
import { withSignal } from '../../lib/timeout.ts';
import { withCloud } from '../cloud.ts';
import { type Baseline, buildFigure, type Figure } from '../figures.ts';
import { computeMedian } from '../percentiles.ts';
import { withStreamStandIn } from '../stand-in.ts';
import type { Run, Suite } from '../suite.ts';

const RECORDS_PER_REQUEST = 500;
/** How many requests the publisher and the floor each have in flight. */
const REQUESTS_IN_FLIGHT = 4;
const RECORDS_IN_FLIGHT = 50;
const STREAM = 'bench';
const MIB = 1_048_576;

/**
 * Measures the publisher against a stream that answers without delay (`publisher.*.stand_in`) and
 * against the embedded cloud's Kinesis without a consumer (`publisher.*.kinesis`). The baseline
 * `per_record` sends a PutRecord request for each record, with 50 requests in flight. The baseline
 * `floor` sends full PutRecords requests, without validation and without retries of rejected
 * entries.
 */
export const publisher: Suite = {
  name: 'publisher',
  title: 'records per second that one producer puts on a stream',
  measure: async (run) => [...(await measureStandIn(run)), ...(await measureKinesis(run))],
};

type PublishMethod = 'ours' | Baseline;
interface Target {
  client: KinesisClient;
  stream_name: string;
}

const METHODS: Partial<
  Record<PublishMethod, (target: Target, records: RecordInput[]) => Promise<void>>
> = {
  ours: publishAll,
  per_record: putEachRecord,
  floor: putFullBatches,
};

async function measureStandIn(run: Run): Promise<Figure[]> {
  return withStreamStandIn(run, async ({ endpoint, readCounts, reset }) => {
    const target = { client: createClient(endpoint), stream_name: STREAM };
    const load = run.quick ? 10_000 : 100_000;
    const calls_per_record: Partial<Record<PublishMethod, number>> = {};
    const paces = await measurePaces(run, target, load, {
      before: reset,
      async after(method) {
        const { calls, records } = await readCounts();
        calls_per_record[method] = calls / records;
      },
    });
    target.client.destroy();
    const { ours: value = 0, ...baselines } = calls_per_record;
    return [
      ...buildRates('stand_in', paces, { of: 'per_record', at_least: 5 }),
      buildFigure({
        name: 'publisher.calls_per_record.stand_in',
        value,
        unit: 'calls',
        baselines,
        goal: { of: 'floor', at_most: 1.05 },
      }),
    ];
  });
}

async function measureKinesis(run: Run): Promise<Figure[]> {
  return withCloud(run, {}, async ({ endpoint }) => {
    const target = { client: createClient(endpoint), stream_name: STREAM };
    await target.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 4 }));
    await waitUntilStreamExists(
      { client: target.client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { StreamName: STREAM },
    );
    const paces = await measurePaces(run, target, run.quick ? 2_000 : 20_000);
    target.client.destroy();
    return buildRates('kinesis', paces);
  });
}

interface Pace {
  records_per_second: number;
  mib_per_second: number;
}

/** Measures the publish methods in turns, so that other load on the machine affects all methods. */
async function measurePaces(
  run: Run,
  target: Target,
  load: number,
  hooks: { before?: () => Promise<void>; after?: (method: PublishMethod) => Promise<void> } = {},
): Promise<Record<string, Pace>> {
  const measured: Record<string, Pace[]> = Object.fromEntries(
    Object.keys(METHODS).map((method) => [method, []]),
  );
  for (let round = 0; round < (run.quick ? 2 : 4); round += 1) {
    for (const [method, publish] of Object.entries(METHODS)) {
      run.signal.throwIfAborted();
      run.reportStep(`${method}, round ${round + 1}`);
      await hooks.before?.();
      // The method `per_record` gets fewer records than the other methods, because it is far slower
      // and needs fewer records to warm up.
      const records = method === 'per_record' ? load / 10 : load;
      // If the signal aborts, stop waiting for the publisher. Ctrl-C also ends the stream, and the
      // publisher would then retry its requests for a minute.
      const pace = await withSignal(measurePace(publish, target, records), run.signal);
      await hooks.after?.(method as PublishMethod);
      // The first round is only the warm-up.
      if (round > 0) measured[method]!.push(pace);
    }
  }
  return Object.fromEntries(
    Object.entries(measured).map(([method, paces]) => [
      method,
      {
        records_per_second: computeMedian(
          paces.map(({ records_per_second }) => records_per_second),
        ),
        mib_per_second: computeMedian(paces.map(({ mib_per_second }) => mib_per_second)),
      },
    ]),
  );
}

async function measurePace(
  publish: (target: Target, records: RecordInput[]) => Promise<void>,
  target: Target,
  load: number,
): Promise<Pace> {
  const records = generateRecords(load);
  const bytes = records.reduce((sum, record) => sum + JSON.stringify(record).length, 0);
  const started_at = performance.now();
  await publish(target, records);
  const seconds = (performance.now() - started_at) / 1_000;
  return { records_per_second: load / seconds, mib_per_second: bytes / MIB / seconds };
}

function buildRates(
  where: string,
  paces: Record<string, Pace>,
  goal?: Parameters<typeof buildFigure>[0]['goal'],
) {
  const { ours: value, ...baselines } = paces;
  const rate = (metric: keyof Pace, unit: string) => ({
    name: `publisher.${metric}.${where}`,
    value: value![metric],
    unit,
    baselines: Object.fromEntries(
      Object.entries(baselines).map(([method, pace]) => [method, pace[metric]]),
    ),
  });
  return [
    buildFigure({
      ...rate('records_per_second', 'records/s'),
      ...(goal === undefined ? {} : { goal }),
    }),
    buildFigure(rate('mib_per_second', 'MiB/s')),
  ];
}

async function publishAll(target: Target, records: RecordInput[]): Promise<void> {
  const publisher = createPublisher({ stream: createKinesisStream(target) });
  for await (const { status } of publisher.publishAll(records)) {
    if (status !== 'accepted')
      throw new Error(`Expected every record to be accepted; one was ${status}`);
  }
  await publisher.close();
}

async function putEachRecord(target: Target, records: RecordInput[]): Promise<void> {
  const limit = pLimit(RECORDS_IN_FLIGHT);
  const put = (record: RecordInput) =>
    target.client.send(
      new PutRecordCommand({ StreamName: target.stream_name, ...toEntry(record) }),
    );
  await Promise.all(records.map((record) => limit(() => put(record))));
}

async function putFullBatches(target: Target, records: RecordInput[]): Promise<void> {
  const limit = pLimit(REQUESTS_IN_FLIGHT);
  const put = (batch: RecordInput[]) =>
    target.client.send(
      new PutRecordsCommand({ StreamName: target.stream_name, Records: batch.map(toEntry) }),
    );
  await Promise.all(chunk(records, RECORDS_PER_REQUEST).map((batch) => limit(() => put(batch))));
}

function toEntry(record: RecordInput) {
  return { Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.record_id! };
}

function generateRecords(load: number): RecordInput[] {
  return Array.from({ length: load }, (_, i) => ({
    record_id: `bench-${i}`,
    text: `Number ${i}: `.padEnd(140, 'it was a long day, and I loved it. '),
    source: 'bench',
    created_at: '2026-11-23T10:00:00Z',
    attributes: { stars: i % 5 },
  }));
}

function createClient(endpoint: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
}
