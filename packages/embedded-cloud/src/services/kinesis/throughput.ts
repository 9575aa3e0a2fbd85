import { type EmulatedError, emulatedError } from '../../gateway/level-emulator.ts';
import { ACCOUNT_ID } from '../../gateway/types.ts';
import type { Entry } from '../stream-log/types.ts';
import { createTokenBucket, type TokenBucket } from '../token-bucket.ts';
import { isOpen, type LoggedStream } from './stream.ts';

/**
 * Limits of a shard in a second.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const PUT_BYTES = 1024 * 1024;
const PUT_RECORDS = 1_000;
const READS = 5;
const READ_BYTES = 2 * 1024 * 1024;

/** Returns the refusal of each record, or undefined for each admitted record. */
export type LimitThroughput = (
  stream: LoggedStream,
  entries: Entry[],
) => (EmulatedError | undefined)[];

export interface Throughput {
  limitPuts: LimitThroughput;
  /** @throws {EmulatedError} ProvisionedThroughputExceededException */
  checkRead(stream_id: string, shard_id: string): void;
  /** Counts the bytes that a read returned. */
  chargeRead(stream_id: string, shard_id: string, bytes: number): void;
}

interface Buckets {
  put_bytes: TokenBucket;
  put_records: TokenBucket;
  reads: TokenBucket;
  read_bytes: TokenBucket;
}

/** Creates a throughput without limits. */
export function createUnlimited(): Throughput {
  return {
    limitPuts: (_stream, entries) => entries.map(() => undefined),
    checkRead: () => {},
    chargeRead: () => {},
  };
}

/** Creates the limits of each shard, as token buckets that hold what a second adds. */
export function createShardLimits(now: () => number): Throughput {
  const shards = new Map<string, Buckets>();
  const bucket = (rate: number) => createTokenBucket({ rate, burst: rate, now });
  const bucketsOf = (stream_id: string, shard_id: string): Buckets => {
    const key = `${stream_id}/${shard_id}`;
    const known = shards.get(key) ?? {
      put_bytes: bucket(PUT_BYTES),
      put_records: bucket(PUT_RECORDS),
      reads: bucket(READS),
      read_bytes: bucket(READ_BYTES),
    };
    shards.set(key, known);
    return known;
  };
  return {
    limitPuts(stream, entries) {
      const open = stream.shards.filter(isOpen);
      return entries.map(({ hash, bytes }) => {
        const shard = open.find(({ hashes }) => hash >= hashes.first && hash <= hashes.last);
        if (shard === undefined) return undefined;
        const { put_bytes, put_records } = bucketsOf(stream.id, shard.shard_id);
        const is_admitted = put_bytes.tokens() >= bytes && put_records.take(1);
        if (is_admitted) put_bytes.charge(bytes);
        return is_admitted ? undefined : createRefusal(stream.id, shard.shard_id);
      });
    },
    checkRead(stream_id, shard_id) {
      const { reads, read_bytes } = bucketsOf(stream_id, shard_id);
      if (read_bytes.tokens() <= 0 || !reads.take(1)) throw createRefusal(stream_id, shard_id);
    },
    chargeRead: (stream_id, shard_id, bytes) =>
      bucketsOf(stream_id, shard_id).read_bytes.charge(bytes),
  };
}

function createRefusal(stream: string, shard_id: string): EmulatedError {
  return emulatedError(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shard_id} in stream ${stream} under account ${ACCOUNT_ID}.`,
  );
}
