import { createHash } from 'node:crypto';
import type { PutOutcome, RecordStream, StreamEntry } from '../../ingest/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Environment, World } from './world.ts';

/** Name of the simulated stream. */
const STREAM_NAME = 'simulated';

export interface StreamRecord {
  stream_name: string;
  shard_id: string;
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
  /** Functions that are called when the shard gets a record or is closed. */
  wake: (() => void)[];
}

/** A stream whose shards split and merge. */
export interface SimulatedStream {
  shards: Shard[];
  /** Returns the stream for one producer. The producer sends entries over the simulated network. */
  as(producer: Environment): RecordStream;
  at(shard_id: string, sequence_number: string): StreamRecord | undefined;
  /** Number of records on all shards. */
  count(): number;
  reshard(): void;
}

const KEYS = 2 ** 32;

export function createStream(world: World, onPut: (record: StreamRecord) => void): SimulatedStream {
  const shards: Shard[] = [];
  const by_position = new Map<string, StreamRecord>();
  let shard_count = 0;
  let sequence = 0n;
  const open = (from: number, to: number, parents: string[]): void => {
    const shard_id = `shardId-${String(shard_count++).padStart(12, '0')}`;
    shards.push({ shard_id, from, to, records: [], parents, closed: false, wake: [] });
  };
  const first = 1 + world.random.int(4);
  for (let i = 0; i < first; i += 1) open((KEYS / first) * i, (KEYS / first) * (i + 1), []);

  const put = (data: Buffer, partition_key: string) => {
    const key = createHash('md5').update(partition_key).digest().readUInt32BE(0);
    const shard = shards.find(({ closed, from, to }) => !closed && from <= key && key < to)!;
    sequence += BigInt(1 + world.random.int(1_000));
    const record = {
      stream_name: STREAM_NAME,
      shard_id: shard.shard_id,
      sequence_number: `4966${String(sequence).padStart(20, '0')}`,
      partition_key,
      data,
      arrived_at: world.scheduler.now(),
    };
    shard.records.push(record);
    by_position.set(`${shard.shard_id}:${record.sequence_number}`, record);
    onPut(record);
    for (const wake of shard.wake.splice(0)) wake();
    return record;
  };
  return {
    shards,
    at: (shard_id, sequence_number) => by_position.get(`${shard_id}:${sequence_number}`),
    count: () => shards.reduce((sum, { records }) => sum + records.length, 0),
    as: (producer) => ({
      putRecords: (entries) =>
        world.call(producer, 'kinesis', 'PutRecords', () => {
          checkKeys(entries);
          return entries.map(({ data, partition_key }): PutOutcome => {
            if (world.failsAlone('kinesis')) {
              return { ok: false, code: 'ProvisionedThroughputExceededException' };
            }
            const { shard_id, sequence_number } = put(Buffer.from(data), partition_key);
            return { ok: true, shard_id, sequence_number };
          });
        }),
    }),
    reshard() {
      const live = shards.filter(({ closed }) => !closed).sort((a, b) => a.from - b.from);
      const at = world.random.int(live.length);
      const shard = live[at]!;
      const next = live[at + 1];
      const close = (one: Shard) => {
        one.closed = true;
        for (const wake of one.wake.splice(0)) wake();
      };
      close(shard);
      if (next !== undefined && (live.length > 5 || world.random.chance(0.5))) {
        close(next);
        open(shard.from, next.to, [shard.shard_id, next.shard_id]);
      } else {
        const middle = Math.floor((shard.from + shard.to) / 2);
        open(shard.from, middle, [shard.shard_id]);
        open(middle, shard.to, [shard.shard_id]);
      }
    },
  };
}

/** Refuses a whole request if Kinesis does not accept one of its partition keys. */
function checkKeys(entries: StreamEntry[]): void {
  const is_valid = entries.every(
    ({ partition_key }) => partition_key.length >= 1 && partition_key.length <= 256,
  );
  if (!is_valid) throw new ServiceError('kinesis', 'ValidationException', { retryable: false });
}
