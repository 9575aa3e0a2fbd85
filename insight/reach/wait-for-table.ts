import { createMarkShards } from './markers.ts';
import type { ReachDeps } from './ports.ts';
import { findUnmerged, listKeys } from './raw-objects.ts';
import { type BehindShard, createFindUnprocessed } from './streams.ts';

/** The error for a table that does not have everything in time. The message says what is missing. */
export class NotReachedError extends Error {
  override name = 'NotReachedError';
}

/** Largest difference between two clocks that the wait allows for, in milliseconds. */
export const MAX_SKEW_MS = 5_000;
const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5_000;

/**
 * Waits until the table `results` has everything that the streams accepted before a time. Each step
 * begins when the step before it has ended:
 *
 *     streams   no shard has a record from before the time that the consumer has not processed
 *     buffer    Firehose has delivered each line that it had then: its longest buffering has passed
 *     keeper    each raw object that is in the lake then has been merged
 *
 * If the position of a shard does not move for ten seconds, the function puts a marker on the shard. So
 * the wait also ends on a shard that gets no records and whose position stayed behind.
 *
 * Set-asides and batches in the failure bucket count as processed. The positions say how far a shard is
 * processed only if its batches come one by one: with a parallelization factor above 1, a batch that began
 * earlier may still run. Firehose does not say what it has
 * delivered: if it cannot write to S3 and takes longer than its buffering and a quarter of it, the
 * function does not notice.
 *
 * @param accepted_before a time in epoch milliseconds, usually the current one.
 * @param ends_at time at which the wait is given up, in epoch milliseconds.
 * @throws {NotReachedError} if something is missing at `ends_at`.
 * @throws {ServiceError} if a call fails.
 * @throws the reason of the signal if it is aborted.
 */
export async function waitForTable(
  deps: ReachDeps,
  { accepted_before, ends_at }: { accepted_before: number; ends_at: number },
): Promise<void> {
  const last_processed_at = await waitForConsumers(deps, { accepted_before, ends_at });
  const sent_by = Math.min(deps.now(), last_processed_at + MAX_SKEW_MS);
  const delivered_at = sent_by + deps.buffer_ms + Math.max(2_000, deps.buffer_ms / 4);
  await poll(deps, ends_at, async () => {
    const wait_ms = delivered_at - deps.now();
    if (wait_ms <= 0) return undefined;
    return `Firehose buffers results for ${Math.ceil(wait_ms / 1_000)} s more`;
  });
  let open = await listKeys(deps);
  await poll(deps, ends_at, async () => {
    open = await findUnmerged(deps, open);
    if (open.length === 0) return undefined;
    const objects = open.length === 1 ? 'object is' : 'objects are';
    return `${open.length} raw ${objects} not in the table yet, the first is ${open[0]}`;
  });
}

function describeBehind([first, ...more]: BehindShard[]): string | undefined {
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : `, and in ${more.length} other shards`;
  const at = new Date(first.arrived_at).toISOString();
  return `records that arrived at ${at} and later wait in ${first.shard_id} of ${first.stream_name}${others}`;
}

/**
 * Waits until no shard has a record that arrived before a time and that its consumer has not processed: the
 * first step of {@link waitForTable}.
 *
 * @returns when the last batch of all shards ended, in epoch milliseconds.
 * @throws {NotReachedError} if something is missing at `ends_at`.
 */
export async function waitForConsumers(
  deps: ReachDeps,
  { accepted_before, ends_at }: { accepted_before: number; ends_at: number },
): Promise<number> {
  let last_processed_at = 0;
  const findUnprocessed = createFindUnprocessed(deps, accepted_before + MAX_SKEW_MS);
  const markShards = createMarkShards(deps);
  await poll(deps, ends_at, async () => {
    const found = await findUnprocessed();
    ({ last_processed_at } = found);
    await markShards(found);
    return describeBehind(found.behind);
  });
  return last_processed_at;
}

/** Repeats a look until it finds nothing missing. Pauses longer and longer between two looks. */
async function poll(
  { now, sleep, onProgress, signal }: ReachDeps,
  ends_at: number,
  look: () => Promise<string | undefined>,
): Promise<void> {
  for (let pause_ms = FIRST_POLL_MS; ; pause_ms = Math.min(pause_ms * 1.5, LONGEST_POLL_MS)) {
    const missing = await look();
    signal?.throwIfAborted();
    if (missing === undefined) return;
    if (now() >= ends_at) throw new NotReachedError(missing);
    onProgress?.(missing);
    await sleep(Math.min(pause_ms, Math.max(0, ends_at - now())));
  }
}
