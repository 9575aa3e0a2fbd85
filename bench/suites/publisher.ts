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
import { type Baseline, type Figure, figure } from '../figures.ts';
import { median } from '../percentiles.ts';
import { withStreamStandIn } from '../stand-in.ts';
import type { Run, Suite } from '../suite.ts';

const RECORDS_PER_REQUEST = 500;
/** The publisher's own number of requests at a time, for the floor too. */
const REQUESTS_AT_A_TIME = 4;
const RECORDS_AT_A_TIME = 50;
const STREAM = 'bench';
const MIB = 1_048_576;

/**
 * `publisher.*.stand_in` is into a process that answers at once, so that the publisher is measured; `publisher.*.kinesis`
 * into the embedded cloud's Kinesis, a stream that nobody reads. Beside it: a PutRecord for each record, 50 at a time,
 * and as the floor full PutRecords, with neither checks nor a second try for what is rejected.
 */
export const publisher: Suite = {
  name: 'publisher',
  title: 'records that one producer gets onto a stream',
  measure: async (run) => [...(await intoStandIn(run)), ...(await intoKinesis(run))],
};

type Way = 'ours' | Baseline;
interface Target {
  client: KinesisClient;
  stream_name: string;
}

const WAYS: Partial<Record<Way, (target: Target, records: RecordInput[]) => Promise<void>>> = {
  ours,
  per_record: perRecord,
  floor,
};

async function intoStandIn(run: Run): Promise<Figure[]> {
  return withStreamStandIn(run, async ({ endpoint, counts, reset }) => {
    const target = { client: kinesis(endpoint), stream_name: STREAM };
    const load = run.quick ? 10_000 : 100_000;
    const calls_per_record: Partial<Record<Way, number>> = {};
    const paces = await pacesOf(run, target, load, {
      before: reset,
      async after(way) {
        const { calls, records } = await counts();
        calls_per_record[way] = calls / records;
      },
    });
    target.client.destroy();
    const { ours: value = 0, ...baselines } = calls_per_record;
    return [
      ...rates('stand_in', paces, { of: 'per_record', at_least: 5 }),
      figure({
        name: 'publisher.calls_per_record.stand_in',
        value,
        unit: 'calls',
        baselines,
        goal: { of: 'floor', at_most: 1.05 },
      }),
    ];
  });
}

async function intoKinesis(run: Run): Promise<Figure[]> {
  return withCloud(run, {}, async ({ endpoint }) => {
    const target = { client: kinesis(endpoint), stream_name: STREAM };
    await target.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 4 }));
    await waitUntilStreamExists(
      { client: target.client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { StreamName: STREAM },
    );
    const paces = await pacesOf(run, target, run.quick ? 2_000 : 20_000);
    target.client.destroy();
    return rates('kinesis', paces);
  });
}

interface Pace {
  records_per_second: number;
  mib_per_second: number;
}

/** In turns, so that what else the machine does befalls all of them. */
async function pacesOf(
  run: Run,
  target: Target,
  load: number,
  hooks: { before?: () => Promise<void>; after?: (way: Way) => Promise<void> } = {},
): Promise<Record<string, Pace>> {
  const measured: Record<string, Pace[]> = Object.fromEntries(
    Object.keys(WAYS).map((way) => [way, []]),
  );
  for (let round = 0; round < (run.quick ? 2 : 4); round += 1) {
    for (const [way, publish] of Object.entries(WAYS)) {
      run.signal.throwIfAborted();
      run.say(`${way}, round ${round + 1}`);
      await hooks.before?.();
      // A call for each takes longer by far, and is warm after fewer records.
      const records = way === 'per_record' ? load / 10 : load;
      // A publisher would go on for a minute to reach the stream that the stopped run has taken away.
      const pace = await withSignal(paceOf(publish, target, records), run.signal);
      await hooks.after?.(way as Way);
      // The first round warms up.
      if (round > 0) measured[way]!.push(pace);
    }
  }
  return Object.fromEntries(
    Object.entries(measured).map(([way, paces]) => [
      way,
      {
        records_per_second: median(paces.map(({ records_per_second }) => records_per_second)),
        mib_per_second: median(paces.map(({ mib_per_second }) => mib_per_second)),
      },
    ]),
  );
}

async function paceOf(
  publish: (target: Target, records: RecordInput[]) => Promise<void>,
  target: Target,
  load: number,
): Promise<Pace> {
  const records = someRecords(load);
  const bytes = records.reduce((sum, record) => sum + JSON.stringify(record).length, 0);
  const started_at = performance.now();
  await publish(target, records);
  const seconds = (performance.now() - started_at) / 1_000;
  return { records_per_second: load / seconds, mib_per_second: bytes / MIB / seconds };
}

function rates(
  where: string,
  paces: Record<string, Pace>,
  goal?: Parameters<typeof figure>[0]['goal'],
) {
  const { ours: value, ...beside } = paces;
  const rate = (what: keyof Pace, unit: string) => ({
    name: `publisher.${what}.${where}`,
    value: value![what],
    unit,
    baselines: Object.fromEntries(Object.entries(beside).map(([way, pace]) => [way, pace[what]])),
  });
  return [
    figure({ ...rate('records_per_second', 'records/s'), ...(goal === undefined ? {} : { goal }) }),
    figure(rate('mib_per_second', 'MiB/s')),
  ];
}

async function ours(target: Target, records: RecordInput[]): Promise<void> {
  const publisher = createPublisher({ stream: createKinesisStream(target) });
  for await (const { status } of publisher.publishAll(records)) {
    if (status !== 'accepted') throw new Error(`A record was ${status}`);
  }
  await publisher.close();
}

async function perRecord(target: Target, records: RecordInput[]): Promise<void> {
  const limit = pLimit(RECORDS_AT_A_TIME);
  const put = (record: RecordInput) =>
    target.client.send(
      new PutRecordCommand({ StreamName: target.stream_name, ...entryOf(record) }),
    );
  await Promise.all(records.map((record) => limit(() => put(record))));
}

async function floor(target: Target, records: RecordInput[]): Promise<void> {
  const limit = pLimit(REQUESTS_AT_A_TIME);
  const put = (batch: RecordInput[]) =>
    target.client.send(
      new PutRecordsCommand({ StreamName: target.stream_name, Records: batch.map(entryOf) }),
    );
  await Promise.all(chunk(records, RECORDS_PER_REQUEST).map((batch) => limit(() => put(batch))));
}

function entryOf(record: RecordInput) {
  return { Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.record_id! };
}

function someRecords(load: number): RecordInput[] {
  return Array.from({ length: load }, (_, i) => ({
    record_id: `bench-${i}`,
    text: `Number ${i}: `.padEnd(140, 'it was a long day, and I loved it. '),
    source: 'bench',
    created_at: '2026-11-23T10:00:00Z',
    attributes: { stars: i % 5 },
  }));
}

function kinesis(endpoint: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
}
