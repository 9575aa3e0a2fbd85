import { createHash } from 'node:crypto';
import { createLane, type DeliverySettings, type LaneStep, type Sequenced } from './lane.ts';
import type { Outcome } from './outcome.ts';

/** A batch to deliver or to discard, with the number of its lane. */
export type ShardStep<Item> = Extract<LaneStep<Item>, { kind: 'invoke' | 'discard' }> & {
  lane: number;
};

/**
 * The unfinished records of a shard. They were read from the stream, but their delivery has not
 * ended. The hash of a record's partition key selects one of `parallelization_factor` lanes, so
 * that records with the same key stay in order. The checkpoint is the last record before the first
 * unfinished record.
 */
export interface ShardQueue<Item> {
  /**
   * Adds records in the order of the shard. Each record must be added only once. A record that is
   * not wanted counts as finished.
   *
   * @returns the number of records that are not wanted.
   */
  add(records: Item[], now: number, isWanted?: (record: Item) => boolean): number;
  /**
   * Takes the batches that are ready. The caller must call `settle` for each batch.
   *
   * @returns the batches, and the time `wake_at` in milliseconds since 1970. Another batch becomes
   * ready at this time, even if no more records are added.
   */
  take(now: number): { steps: ShardStep<Item>[]; wake_at?: number };
  settle(lane: number, outcome: Outcome, now: number): void;
  /**
   * Returns the sequence number of the last record before the first unfinished record, or undefined
   * if no record is known to be finished.
   */
  checkpoint(): string | undefined;
  countUnfinished(): number;
  /** Returns the total size of the unfinished records, in bytes. */
  unfinishedBytes(): number;
  /** Returns the time at which the oldest unfinished record arrived, in milliseconds since 1970. */
  oldestArrival(): number | undefined;
  inFlight(): number;
}

export function createShardQueue<Item extends Sequenced>(
  settings: DeliverySettings & { parallelization_factor: number },
): ShardQueue<Item> {
  const lanes = Array.from({ length: settings.parallelization_factor }, () =>
    createLane<Item>(settings),
  );
  const laneAt = (index: number) => {
    const lane = lanes[index];
    if (lane === undefined) throw new Error(`The shard has no lane ${index}.`);
    return lane;
  };
  const ledger = createLedger<Item>();
  return {
    add(records, now, isWanted = () => true) {
      let left_out = 0;
      for (const record of records) {
        ledger.add(record);
        if (isWanted(record)) {
          laneAt(laneOf(record.partition_key, lanes.length)).add(record, now);
        } else {
          ledger.finish(record);
          left_out += 1;
        }
      }
      return left_out;
    },
    take(now) {
      const taken = lanes.map((lane, index) => ({ ...lane.next(now), lane: index }));
      const waits = taken.flatMap((step) => (step.kind === 'wait' ? [step.until] : []));
      return {
        steps: taken.filter((step) => step.kind === 'invoke' || step.kind === 'discard'),
        ...(waits.length > 0 ? { wake_at: Math.min(...waits) } : {}),
      };
    },
    settle(lane, outcome, now) {
      for (const record of laneAt(lane).settle(outcome, now)) ledger.finish(record);
    },
    checkpoint: ledger.checkpoint,
    countUnfinished: () => lanes.reduce((sum, lane) => sum + lane.countUnfinished(), 0),
    unfinishedBytes: ledger.unfinishedBytes,
    oldestArrival: ledger.oldestArrival,
    inFlight: () => lanes.filter((lane) => lane.isInFlight()).length,
  };
}

/**
 * Returns the lane of a partition key. The lane is chosen by the last bytes of the key's MD5 hash,
 * because Kinesis uses the first bytes to choose the shard.
 */
export function laneOf(partition_key: string, lanes: number): number {
  if (lanes === 1) return 0;
  return createHash('md5').update(partition_key).digest().readUInt32BE(12) % lanes;
}

/**
 * Creates a ledger of a shard's records. The ledger stores which records are finished, and returns
 * the checkpoint.
 */
function createLedger<Item extends Sequenced>() {
  let order: Item[] = [];
  let head = 0;
  let bytes = 0;
  let last_finished: string | undefined;
  const finished = new Set<Item>();
  return {
    add(record: Item) {
      order.push(record);
      bytes += record.event_bytes;
    },
    finish(record: Item) {
      finished.add(record);
      bytes -= record.event_bytes;
      for (
        let next = order[head];
        next !== undefined && finished.delete(next);
        next = order[head]
      ) {
        last_finished = next.sequence_number;
        head += 1;
      }
      if (head * 2 > order.length) {
        order = order.slice(head);
        head = 0;
      }
    },
    checkpoint: () => last_finished,
    unfinishedBytes: () => bytes,
    oldestArrival: () => order[head]?.arrived_at,
  };
}
