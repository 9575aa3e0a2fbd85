import {
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../bench/services/item-size.ts';
import { sampleLatency } from '../../bench/services/latency.ts';
import { applyUpdate, meetsCondition, type Update } from '../../bench/services/update-item.ts';
import type { Random } from '../support/random.ts';
import type { VirtualClock } from './clock.ts';
import type { Counters } from './counters.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Limits of one partition of DynamoDB, and therefore of one item, in units per second. An item of
 * up to 1 KB takes one unit for each write, and a consistent read takes one unit for up to 4 KB. A
 * write whose condition fails takes its unit too.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const ITEM_WRITES_PER_SECOND = 1_000;
const ITEM_READS_PER_SECOND = 3_000;
const BURST_SECONDS = 1;
const LATENCY = { p50_ms: 4, p99_ms: 15 };

interface Partition {
  item: Item | undefined;
  /** Number of writes by second of the virtual time. */
  writes_by_second: Map<number, number>;
  writes: TokenBucket;
  reads: TokenBucket;
}

/**
 * Creates a client of the quota table, as the product's ledger uses it. Each item is on a partition
 * of its own, and its partition refuses what exceeds the limits above.
 */
export function createQuotaTable(clock: VirtualClock, random: Random, counters: Counters) {
  const partitions = new Map<string, Partition>();
  const open = (key: string): Partition => {
    const limit = (rate: number) => new TokenBucket(() => rate, BURST_SECONDS, clock.now());
    const partition = partitions.get(key) ?? {
      item: undefined,
      writes_by_second: new Map<number, number>(),
      writes: limit(ITEM_WRITES_PER_SECOND),
      reads: limit(ITEM_READS_PER_SECOND),
    };
    partitions.set(key, partition);
    return partition;
  };
  const update = (input: UpdateItemCommandInput) => {
    const { Key } = input as { Key: Item };
    const partition = open(JSON.stringify(Key));
    counters.count('ledger_writes');
    const second = Math.floor(clock.now() / 1_000);
    const { writes_by_second } = partition;
    writes_by_second.set(second, (writes_by_second.get(second) ?? 0) + 1);
    if (!partition.writes.take(clock.now())) throw refuse(counters);
    if (!meetsCondition(partition.item, input as Update)) {
      counters.count('ledger_conflicts');
      throw failCondition(partition.item, input);
    }
    partition.item = applyUpdate(partition.item ?? Key, input as Update);
    return { Attributes: partition.item };
  };
  const get = ({ Key }: GetItemCommandInput) => {
    const { item, reads } = open(JSON.stringify(Key));
    counters.count('ledger_reads');
    if (!reads.take(clock.now())) throw refuse(counters);
    return { Item: item };
  };
  const call = (command: unknown): object => {
    if (command instanceof UpdateItemCommand) return update(command.input);
    if (command instanceof GetItemCommand) return get(command.input);
    throw new Error('The model of the quota table knows GetItem and UpdateItem only');
  };
  const send = async (command: unknown) => {
    const latency = sampleLatency(LATENCY, random.next) / 2;
    await clock.sleep(latency);
    try {
      return call(command);
    } finally {
      await clock.sleep(latency);
    }
  };
  return {
    client: { send } as unknown as Pick<DynamoDBClient, 'send'>,
    countItems: () => partitions.size,
    /** Returns the largest number of writes that one item got in one second from `from` on. */
    countMostWrites: (from: number) =>
      Math.max(
        ...[...partitions.values()].flatMap(({ writes_by_second }) =>
          [...writes_by_second].map(([second, writes]) => (second * 1_000 >= from ? writes : 0)),
        ),
      ),
  };
}

function refuse(counters: Counters): Error {
  counters.count('ledger_throttles');
  return namedError('ProvisionedThroughputExceededException');
}

function failCondition(item: Item | undefined, input: UpdateItemCommandInput): Error {
  const error = namedError('ConditionalCheckFailedException');
  const is_item_wanted = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return is_item_wanted ? Object.assign(error, { Item: item }) : error;
}

function namedError(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}
