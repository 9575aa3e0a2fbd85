import type { ReachDeps } from './ports.ts';

/** The findings of {@link findUnprocessed}. */
export interface Unprocessed {
  /** Says which records are not processed. Undefined if there are none. */
  sentence: string | undefined;
  /** When the last batch of all shards ended, in epoch milliseconds. 0 if there was none. */
  last_processed_at: number;
}

/**
 * Finds out whether a shard has records that arrived before a time and that its consumer has not
 * processed. A shard is read from its position, one record at a time, so a look costs two calls for
 * each shard.
 */
export async function findUnprocessed(
  deps: Pick<ReachDeps, 'stream_names' | 'readPositions' | 'stream_ends'>,
  accepted_before: number,
): Promise<Unprocessed> {
  const positions = await deps.readPositions();
  const last_processed_at = Math.max(
    0,
    ...positions.map(({ processed_at }) => Date.parse(processed_at)),
  );
  for (const stream_name of deps.stream_names) {
    for (const shard_id of await deps.stream_ends.listShards(stream_name)) {
      const shard = { stream_name, shard_id };
      const position = positions.find(
        (one) => one.stream_name === stream_name && one.shard_id === shard_id,
      );
      const arrived_at = await deps.stream_ends.findNextArrival(shard, position?.sequence_number);
      if (arrived_at === undefined || arrived_at >= accepted_before) continue;
      const at = new Date(arrived_at).toISOString();
      const sentence = `records that arrived at ${at} and later wait in ${shard_id} of ${stream_name}`;
      return { sentence, last_processed_at };
    }
  }
  return { sentence: undefined, last_processed_at };
}
