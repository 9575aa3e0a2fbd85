import { emulatedError } from '../../../gateway/level-emulator.ts';

/** Number of readers that a shard serves at the same time. */
const MOST_READERS = 2;

/** A reader counts as active for this time after a read. Lambda reads at least once a second. */
const ACTIVE_MS = 2_000;

/**
 * Creates a check that refuses the third reader of a shard. A caller that reads one page is not yet
 * a reader, because a program may get a new iterator for each page. Such a caller is refused too
 * while two readers are active.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 *
 * @returns a function that throws LimitExceededException if two other readers have just read the
 * shard
 */
export function createReaderCheck(now: () => number) {
  const shards = new Map<string, Map<string, number>>();
  return (shard: string, reader: string, does_continue: boolean): void => {
    const readers = shards.get(shard) ?? new Map<string, number>();
    shards.set(shard, readers);
    for (const [other, read_at] of readers) {
      if (now() - read_at > ACTIVE_MS) readers.delete(other);
    }
    if (!readers.has(reader) && readers.size >= MOST_READERS) {
      throw emulatedError(
        'LimitExceededException',
        'More than 2 processes are reading from the same streams shard at the same time.',
      );
    }
    if (does_continue) readers.set(reader, now());
  };
}
