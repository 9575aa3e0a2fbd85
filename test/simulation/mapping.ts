import { createHash } from 'node:crypto';
import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import { settings } from '../../infra/settings.ts';
import { Violation } from './checks/violation.ts';
import { retryDelay } from './faults.ts';
import { runFunction } from './lambda.ts';
import type { Shard, SimulatedStream, StreamRecord } from './stream.ts';
import type { Environment, World } from './world.ts';

/** A consumer that runs in its own environment. */
export interface Invocable {
  environment: Environment;
  invoke(records: KinesisStreamRecord[], remaining_ms: number): Promise<KinesisStreamBatchResponse>;
}

export interface MappingDeps {
  world: World;
  stream: SimulatedStream;
  newConsumer: () => Invocable;
  /** Called before the checkpoint of a shard moves past the records. */
  onCheckpoint: (records: StreamRecord[]) => void;
  /** Called with a batch that the mapping gave up on, and with the event of the batch. */
  onGivenUp: (shard: Shard, records: StreamRecord[], event: KinesisStreamRecord[]) => void;
  /** Returns the partition keys of the records in a stream record, which may be an aggregate. */
  keysOf: (record: StreamRecord) => string[];
}

const TIMEOUT_MS = 120_000;
const IDLE_MS = 200;
const MAX_BATCH = 400;
const MAX_AGE_MS = settings.consumer.max_record_age_seconds * 1_000;

/**
 * Emulates Lambda's event source mapping as Lambda's documentation describes it. Each shard gets
 * one batch at a time, in the order of the stream, and a child shard starts after its parents are
 * drained. After a thrown error, the mapping splits the batch into halves. After a partial
 * response, the mapping repeats the batch from the lowest failed sequence number. A batch goes to
 * the failure destination after too many retries, or if the batch is too old.
 */
export function createMapping(deps: MappingDeps) {
  const { world, stream, newConsumer } = deps;
  const checkpoints = new Map<string, number>();
  const started_shards = new Set<string>();
  const counters = { invocations: 0, redeliveries: 0, given_up: 0 };

  /** Lambda replaces environments that have ended, and all environments after a deployment. */
  const isOld = ({ environment: { killed, analyzer_version } }: Invocable) =>
    killed || analyzer_version !== world.analyzerVersion();
  const isDrained = (shard_id: string) => {
    const shard = stream.shards.find((candidate) => candidate.shard_id === shard_id)!;
    return shard.closed && (checkpoints.get(shard_id) ?? 0) === shard.records.length;
  };

  async function processShard(shard: Shard): Promise<void> {
    let consumer = newConsumer();
    const idle = async () => {
      await new Promise<void>((resolve) => shard.wake.push(resolve));
      await world.scheduler.sleep(world.random.between(1, IDLE_MS), 'shard polled');
    };
    while (!isDrained(shard.shard_id)) {
      const position = checkpoints.get(shard.shard_id) ?? 0;
      const size = 1 + world.random.int(world.random.pick([5, 100, MAX_BATCH]));
      const batch = shard.records.slice(position, position + size);
      if (batch.length === 0) {
        await idle();
        continue;
      }
      if (isOld(consumer) || world.random.chance(world.fault_plan.replaced))
        consumer = newConsumer();
      if (!world.isFaultFree() && world.random.chance(world.fault_plan.repeated)) {
        world.faults['concurrent delivery'] = (world.faults['concurrent delivery'] ?? 0) + 1;
        const from = Math.max(0, position - world.random.int(100));
        void invoke(newConsumer(), shard, shard.records.slice(from, position + size));
      }
      checkLanes(batch);
      consumer = await deliver(shard, batch, consumer);
    }
  }

  /**
   * Checks that records with the same partition key stay in order. With a parallelization factor
   * above 1, Lambda divides a batch by the partition keys of the stream records and processes the
   * parts at the same time.
   */
  function checkLanes(batch: StreamRecord[]): void {
    const lanes = settings.consumer.parallelization_factor;
    if (lanes === 1) return;
    const lane_of = new Map<string, number>();
    for (const record of batch) {
      const lane = createHash('md5').update(record.partition_key).digest().readUInt32BE() % lanes;
      for (const key of deps.keysOf(record)) {
        if ((lane_of.get(key) ?? lane) !== lane)
          throw new Violation(`Two invocations process records of the key ${key} at a time`);
        lane_of.set(key, lane);
      }
    }
  }

  /**
   * Delivers a batch until the consumer has handled each record or the mapping has given up on the
   * record.
   */
  async function deliver(
    shard: Shard,
    batch: StreamRecord[],
    first_consumer: Invocable,
  ): Promise<Invocable> {
    let consumer = first_consumer;
    const todo: { records: StreamRecord[]; retries: number }[] = [{ records: batch, retries: 0 }];
    while (todo.length > 0) {
      const { records, retries } = todo.shift()!;
      const failure = await invoke(consumer, shard, records);
      if (isOld(consumer)) consumer = newConsumer();
      if (failure === undefined) {
        checkpoint(shard, records);
        continue;
      }
      counters.redeliveries += 1;
      if (failure.from > 0) checkpoint(shard, records.slice(0, failure.from));
      const rest = records.slice(failure.from);
      if (isOver(rest, retries)) {
        counters.given_up += rest.length;
        deps.onGivenUp(
          shard,
          rest,
          rest.map((record) => toEventRecord(shard, record)),
        );
        checkpoint(shard, rest);
        continue;
      }
      if (failure.thrown && rest.length > 1) {
        const half = Math.ceil(rest.length / 2);
        todo.unshift({ records: rest.slice(half), retries });
        todo.unshift({ records: rest.slice(0, half), retries });
      } else {
        todo.unshift({ records: rest, retries: retries + 1 });
      }
      await world.scheduler.sleep(retryDelay(world.retry_pace, retries), 'backoff');
    }
    return consumer;
  }

  function isOver(records: StreamRecord[], retries: number): boolean {
    const oldest = records[0]!.arrived_at;
    return retries >= world.fault_plan.max_retries || world.scheduler.now() - oldest > MAX_AGE_MS;
  }

  function checkpoint(shard: Shard, records: StreamRecord[]): void {
    deps.onCheckpoint(records);
    checkpoints.set(shard.shard_id, (checkpoints.get(shard.shard_id) ?? 0) + records.length);
  }

  /**
   * Invokes a consumer with a batch. Returns the index of the first record that must be delivered
   * again, or undefined if no record must be delivered again.
   */
  async function invoke(
    consumer: Invocable,
    shard: Shard,
    records: StreamRecord[],
  ): Promise<{ from: number; thrown: boolean } | undefined> {
    counters.invocations += 1;
    const events = records.map((record) => toEventRecord(shard, record));
    const outcome = await runFunction(world, consumer.environment, TIMEOUT_MS, () =>
      consumer.invoke(events, TIMEOUT_MS),
    );
    if (outcome === 'killed') return { from: 0, thrown: true };
    const failed = outcome.answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    if (failed.length === 0) return undefined;
    const from = records.findIndex(({ sequence_number }) => failed.includes(sequence_number));
    if (from === -1) throw new Error('The response names a record that is not in the batch');
    return { from, thrown: false };
  }

  function supervise(): void {
    for (const shard of stream.shards) {
      if (started_shards.has(shard.shard_id) || !shard.parents.every(isDrained)) continue;
      started_shards.add(shard.shard_id);
      processShard(shard)
        .then(supervise)
        .catch((error: unknown) => world.scheduler.fail(error));
    }
  }

  return {
    start: supervise,
    counters,
    /** Counts the records that the checkpoints of the shards have not passed yet. */
    countPending: () =>
      stream.shards.reduce(
        (sum, { shard_id, records }) => sum + records.length - (checkpoints.get(shard_id) ?? 0),
        0,
      ),
  };
}

function toEventRecord(shard: Shard, record: StreamRecord): KinesisStreamRecord {
  return {
    awsRegion: 'us-east-1',
    eventID: `${shard.shard_id}:${record.sequence_number}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${record.stream_name}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/simulated',
    kinesis: {
      approximateArrivalTimestamp: record.arrived_at / 1_000,
      data: record.data.toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partition_key,
      sequenceNumber: record.sequence_number,
    },
  };
}
