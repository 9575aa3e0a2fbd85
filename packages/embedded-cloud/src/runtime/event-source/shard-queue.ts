import { createHash } from 'node:crypto';
import { createLane, type DeliverySettings, type LaneStep, type Sequenced } from './lane.ts';
import type { Outcome } from './outcome.ts';

/** One step that a lane of the shard asks for. */
export type ShardStep<Item> = Extract<LaneStep<Item>, { kind: 'invoke' | 'discard' }> & {
  lane: number;
};

/**
 * A shard's records between reading and the checkpoint: `parallelization_factor` lanes by hash of the partition key,
 * so that order is kept per key, and a checkpoint that is the last record before the lowest unfinished one.
 */
export interface ShardQueue<Item> {
  /** Records in the order of the shard, each once. */
  add(records: Item[], now: number): void;
  /**
   * Takes every step that can be taken now; each is to be settled.
   *
   * @returns them, and when the next may be possible without anything else happening, in epoch ms.
   */
  take(now: number): { steps: ShardStep<Item>[]; wake_at?: number };
  settle(lane: number, outcome: Outcome, now: number): void;
  /** All records up to this one are finished; absent: none is known to be. */
  checkpoint(): string | undefined;
  unfinished(): number;
  /** What the unfinished records hold in memory. */
  unfinishedBytes(): number;
  /** Arrival of the oldest unfinished record, epoch ms. */
  oldestArrival(): number | undefined;
  inFlight(): number;
}

export function createShardQueue<Item extends Sequenced>(
  settings: DeliverySettings & { parallelization_factor: number },
): ShardQueue<Item> {
  const lanes = Array.from({ length: settings.parallelization_factor }, () =>
    createLane<Item>(settings),
  );
  const ledger = createLedger<Item>();
  return {
    add(records, now) {
      for (const record of records) {
        ledger.add(record);
        lanes[laneOf(record.partition_key, lanes.length)]!.add(record, now);
      }
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
      for (const record of lanes[lane]!.settle(outcome, now)) ledger.finish(record);
    },
    checkpoint: ledger.checkpoint,
    unfinished: () => lanes.reduce((sum, lane) => sum + lane.unfinished(), 0),
    unfinishedBytes: ledger.unfinishedBytes,
    oldestArrival: ledger.oldestArrival,
    inFlight: () => lanes.filter((lane) => lane.isOut()).length,
  };
}

/** Kinesis places keys by the front of their MD5; the lane takes the back, so that a shard's keys spread. */
export function laneOf(partition_key: string, lanes: number): number {
  if (lanes === 1) return 0;
  return createHash('md5').update(partition_key).digest().readUInt32BE(12) % lanes;
}

/** Which records of the shard are finished, and up to where without a gap. */
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
