import { streamRecord } from '../../src/runtime/event-source/kinesis-event.ts';
import type { MappingSettings, Pace } from '../../src/runtime/event-source/shard-reader.ts';
import type {
  FailureDestination,
  Position,
  Shard,
  StreamSource,
} from '../../src/runtime/event-source/source.ts';
import type { StreamRecord } from '../../src/runtime/event-source/stream-record.ts';

/**
 * Creates an in-memory stream for a mapping. Tests add the shards of the stream. The sequence
 * number increases by one for each record, whichever shard receives the record.
 */
export function createMemoryStream() {
  const shards: (Shard & { records: StreamRecord[]; closed: boolean })[] = [];
  let number = 49590338271490256608559692538361571095n;
  const shardOf = (id: string) => shards.find(({ shard_id }) => shard_id === id)!;
  let reads = 0;
  const source: StreamSource = {
    stream_arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/texts',
    describe: async () => ({ created_at: 1 }),
    shards: async () => shards.map(({ shard_id, parents }) => ({ shard_id, parents })),
    iterator: async (shard_id, position) =>
      `${shard_id}/${startOf(shardOf(shard_id).records, position)}`,
    async records(iterator, limit) {
      reads += 1;
      const [shard_id, from] = iterator.split('/') as [string, string];
      const { records, closed } = shardOf(shard_id);
      const end = Math.min(records.length, Number(from) + limit);
      const page = records.slice(Number(from), end);
      const is_over = closed && end === records.length;
      const next = is_over ? undefined : `${shard_id}/${end}`;
      return { records: page, next, is_at_end: page.length === 0 };
    },
  };
  return {
    source,
    /** The source, which also tells without a read whether a shard has more to read. */
    informed_source: {
      ...source,
      endOf(shard_id: string) {
        const { records, closed } = shardOf(shard_id);
        return `${records.length} ${closed}`;
      },
    },
    /** Returns the number of pages that were read. */
    countReads: () => reads,
    addShard(shard_id: string, parents: string[] = []) {
      shards.push({ shard_id, parents, records: [], closed: false });
    },
    close: (shard_id: string) => {
      shardOf(shard_id).closed = true;
    },
    /**
     * Adds a record to a shard.
     * @returns the sequence number of the record
     */
    put(shard_id: string, partition_key: string, text: string, arrived_at = Date.now()): string {
      number += 1n;
      const sequence_number = String(number);
      const data = Buffer.from(text).toString('base64');
      shardOf(shard_id).records.push(
        streamRecord({ sequence_number, partition_key, arrived_at, data }),
      );
      return sequence_number;
    },
  };
}

function startOf(records: StreamRecord[], position: Position): number {
  const found = records.findIndex((record) => {
    if (position.type === 'TRIM_HORIZON') return true;
    if (position.type === 'AT_TIMESTAMP') return record.arrived_at >= position.timestamp;
    return BigInt(record.sequence_number) > BigInt(position.sequence_number);
  });
  return found < 0 ? records.length : found;
}

/** Creates a failure destination that stores its reports in memory. */
export function createMemoryDestination() {
  const reports: { key: string; report: Record<string, unknown> & { payload: string } }[] = [];
  const destination: FailureDestination = {
    check: async () => {},
    async put(key, body) {
      reports.push({ key, report: JSON.parse(body) });
    },
    close: () => {},
  };
  return { destination, reports };
}

export const FAST: Pace = { idle_ms: 2, busy_ms: 1, error_ms: 2, refresh_ms: 5 };

export const SETTINGS: MappingSettings = {
  batch_size: 10,
  window_ms: 0,
  payload_bytes: 6 * 1024 * 1024,
  parallelization_factor: 1,
  bisect: false,
  max_retries: Number.POSITIVE_INFINITY,
  max_record_age_ms: Number.POSITIVE_INFINITY,
  report_item_failures: true,
  starting_position: 'TRIM_HORIZON',
  backoff: () => 1,
};
