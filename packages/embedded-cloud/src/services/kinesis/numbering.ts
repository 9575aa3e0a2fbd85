import type { Numbering } from '../stream-log/types.ts';

/**
 * The parts of a sequence number. As on AWS, a number has 186 bits, and therefore 56 decimal digits:
 * the digit 2, the shard's creation time (36 bits), the last 4 bits of the shard's index, a counter
 * (64 bits), 8 zero bits, the time (36 bits), the shard's index (32 bits), and the digit 2.
 */
interface Parts {
  /** Creation time of the shard in seconds since 1970. */
  created_at: bigint;
  counter: bigint;
  /** Seconds since 1970. */
  time: bigint;
  index: bigint;
}

const HEAD = 2n;
const VERSION = 2n;

function join({ created_at, counter, time, index }: Parts): string {
  const high = (((HEAD << 36n) | created_at) << 4n) | (index & 15n);
  const low = (((time << 32n) | index) << 4n) | VERSION;
  return String((((high << 64n) | counter) << 80n) | low);
}

function split(sequence_number: string): Parts {
  const number = BigInt(sequence_number);
  return {
    created_at: (number >> 148n) & 0xfffffffffn,
    counter: (number >> 80n) & 0xffffffffffffffffn,
    time: (number >> 36n) & 0xfffffffffn,
    index: (number >> 4n) & 0xffffffffn,
  };
}

const seconds = (time_ms: number): bigint => BigInt(Math.floor(time_ms / 1000));
const higher = (one: bigint, other: bigint): bigint => (one > other ? one : other);

const nameShard = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

export const kinesisNumbering: Numbering = {
  nameShard,
  start({ index, created_at }, parents) {
    // The creation time decides first which number is higher.
    const oldest = parents.map((parent) => split(parent).created_at + 1n).reduce(higher, 0n);
    const created = higher(seconds(created_at), oldest);
    return join({ created_at: created, counter: 0n, time: created, index: BigInt(index) });
  },
  next(previous, now) {
    const { created_at, counter, time, index } = split(previous);
    return join({ created_at, counter: counter + 1n, time: higher(seconds(now), time), index });
  },
};

/** Returns whether a text is a sequence number of the shard that has this first number. */
export function isSequenceOf(first_sequence: string, sequence_number: string): boolean {
  if (sequence_number.length !== first_sequence.length) return false;
  const [one, other] = [split(first_sequence), split(sequence_number)];
  return one.created_at === other.created_at && one.index === other.index;
}
