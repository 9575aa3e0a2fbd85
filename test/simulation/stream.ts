import { createHash } from 'node:crypto';
import type { PutOutcome, RecordStream } from '../../ingest/ports.ts';
import type { Environment, World } from './world.ts';

export interface StreamRecord {
  sequence_number: string;
  partition_key: string;
  data: Buffer;
  /** Arrival time of the record, in epoch milliseconds. */
  arrived_at: number;
}

export interface Shard {
  shard_id: string;
  /** First hash key of the shard's range. The range ends before the hash key `to`. */
  from: number;
  to: number;
  records: StreamRecord[];
  parents: string[];
  closed: boolean;
}

/** A stream whose shards split and merge. */
export interface SimulatedStream {
  shards: Shard[];
  /** Returns the stream for one producer. The producer sends entries over the simulated network. */
  as(producer: Environment): RecordStream;
  put(data: Buffer, partition_key: string): { shard: Shard; record: StreamRecord };
  reshard(): void;
}

const KEYS = 2 ** 32;

export function createStream(
  world: World,
  onPut: (shard: Shard, record: StreamRecord) => void,
): SimulatedStream {
  const shards: Shard[] = [];
  let shard_count = 0;
  let sequence = 0n;
  const open = (from: number, to: number, parents: string[]): void => {
    const shard_id = `shardId-${String(shard_count++).padStart(12, '0')}`;
    shards.push({ shard_id, from, to, records: [], parents, closed: false });
  };
  const first = 1 + world.random.int(4);
  for (let i = 0; i < first; i += 1) open((KEYS / first) * i, (KEYS / first) * (i + 1), []);

  const put = (data: Buffer, partition_key: string) => {
    const key = createHash('md5').update(partition_key).digest().readUInt32BE(0);
    const shard = shards.find(({ closed, from, to }) => !closed && from <= key && key < to)!;
    sequence += BigInt(1 + world.random.int(1_000));
    const record = {
      sequence_number: `4966${String(sequence).padStart(20, '0')}`,
      partition_key,
      data,
      arrived_at: world.scheduler.now(),
    };
    shard.records.push(record);
    onPut(shard, record);
    return { shard, record };
  };
  return {
    shards,
    put,
    as: (producer) => ({
      putRecords: (entries) =>
        world.call(producer, 'kinesis', 'PutRecords', () =>
          entries.map(({ data, partition_key }): PutOutcome => {
            if (world.failsAlone('kinesis')) {
              return { ok: false, code: 'ProvisionedThroughputExceededException' };
            }
            const { shard, record } = put(Buffer.from(data), partition_key);
            const { sequence_number } = record;
            return { ok: true, shard_id: shard.shard_id, sequence_number };
          }),
        ),
    }),
    reshard() {
      const live = shards.filter(({ closed }) => !closed).sort((a, b) => a.from - b.from);
      const at = world.random.int(live.length);
      const shard = live[at]!;
      const next = live[at + 1];
      shard.closed = true;
      if (next !== undefined && (live.length > 5 || world.random.chance(0.5))) {
        next.closed = true;
        open(shard.from, next.to, [shard.shard_id, next.shard_id]);
      } else {
        const middle = Math.floor((shard.from + shard.to) / 2);
        open(shard.from, middle, [shard.shard_id]);
        open(middle, shard.to, [shard.shard_id]);
      }
    },
  };
}
