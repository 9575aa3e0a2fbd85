import type { Numbering } from '../../stream-log/types.ts';

/** The last digits of a sequence number. The digits before them are a time in milliseconds. */
const COUNTER_DIGITS = 12;
const COUNTERS = 10n ** BigInt(COUNTER_DIGITS);

const atTime = (time: number): bigint => BigInt(time) * COUNTERS;
const higher = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/**
 * Shard ids and sequence numbers of DynamoDB Streams. A sequence number has 21 to 40 digits.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 */
export const tableStreamNumbering: Numbering = {
  nameShard(index, created_at) {
    const time = String(created_at).padStart(20, '0');
    return `shardId-${time}-${index.toString(16).padStart(8, '0')}`;
  },
  start({ created_at }, parents) {
    const last = parents.map(BigInt).reduce(higher, 0n);
    return String(higher(last + 1n, atTime(created_at)));
  },
  next: (previous, now) => String(higher(BigInt(previous) + 1n, atTime(now))),
};

/**
 * Returns the time in a sequence number, in epoch milliseconds. Records have only the second of
 * their creation.
 */
export function readSequenceTime(sequence_number: string): number {
  return Number(sequence_number.slice(0, -COUNTER_DIGITS));
}
