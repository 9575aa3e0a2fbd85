import { createHash } from 'node:crypto';
import { createTokenBucket, type TokenBucket } from '../../token-bucket.ts';

export type Operation = 'read' | 'write';

/**
 * Units that one partition serves in a second.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const PARTITION_UNITS: Record<Operation, number> = { read: 3_000, write: 1_000 };
/**
 * Units that a new on-demand table or index serves in a second.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
 */
const NEW_UNITS: Record<Operation, number> = { read: 12_000, write: 4_000 };
/**
 * An on-demand table serves up to twice its previous peak. Traffic that more than doubles within 30
 * minutes may be throttled.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
const GROWTH = 2;
const GROWTH_MINUTES = 30;
const MINUTE_MS = 60_000;

/** The partitions of an on-demand table or of one of its indexes. */
export interface KeySpace {
  /** Returns true if the partition of the key has capacity now. */
  hasCapacity(operation: Operation, key: string | undefined): boolean;
  /**
   * Counts units that an operation used. The partition may go into debt, because DynamoDB knows the
   * units of most operations only after the operation.
   *
   * @param key the value of the partition key. Without a key, the units count for the table only.
   */
  charge(operation: Operation, key: string | undefined, units: number): void;
}

/**
 * Models the throughput of an on-demand table or index. The keys are spread over partitions by a
 * hash, and each partition has a limit of its own. The number of partitions grows with the peak of
 * the traffic. Splits of a single hot partition (adaptive capacity) are not modelled.
 */
export function createKeySpace(now: () => number): KeySpace {
  const growth = { read: createGrowth('read', now), write: createGrowth('write', now) };
  const buckets = new Map<string, TokenBucket>();
  const bucketOf = (name: string, rate: number): TokenBucket => {
    const bucket = buckets.get(name) ?? createTokenBucket({ rate, burst: rate, now });
    buckets.set(name, bucket);
    return bucket;
  };
  const bucketsOf = (operation: Operation, key: string | undefined): TokenBucket[] => {
    const units = growth[operation].units();
    const whole = bucketOf(`${operation} ${units}`, units);
    if (key === undefined) return [whole];
    const count = Math.max(...OPERATIONS.map((one) => partitionsFor(one, growth[one].units())));
    const partition = `${operation} ${partitionOf(key, count)} of ${count}`;
    return [whole, bucketOf(partition, PARTITION_UNITS[operation])];
  };
  return {
    hasCapacity: (operation, key) =>
      bucketsOf(operation, key).every((bucket) => bucket.tokens() > 0),
    charge(operation, key, units) {
      growth[operation].count(units);
      for (const bucket of bucketsOf(operation, key)) bucket.charge(units);
    },
  };
}

const OPERATIONS: Operation[] = ['read', 'write'];

function partitionsFor(operation: Operation, units: number): number {
  return Math.ceil(units / PARTITION_UNITS[operation]);
}

function partitionOf(key: string, count: number): number {
  return createHash('md5').update(key).digest().readUInt32BE() % count;
}

/** Follows the traffic of a table, and determines the units that the table serves in a second. */
function createGrowth(operation: Operation, now: () => number) {
  const units_by_minute = new Map<number, number>();
  let peak = 0;
  const settle = () => {
    const settled_before = Math.floor(now() / MINUTE_MS) - GROWTH_MINUTES;
    for (const [minute, units] of units_by_minute) {
      if (minute >= settled_before) continue;
      peak = Math.max(peak, units / 60);
      units_by_minute.delete(minute);
    }
  };
  return {
    count(units: number) {
      const minute = Math.floor(now() / MINUTE_MS);
      units_by_minute.set(minute, (units_by_minute.get(minute) ?? 0) + units);
    },
    units() {
      settle();
      return Math.max(NEW_UNITS[operation], GROWTH * peak);
    },
  };
}
