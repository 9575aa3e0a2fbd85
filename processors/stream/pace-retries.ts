import { sleep } from '../../lib/sleep.ts';
import type { Consumer } from './consumer.ts';
import { shardOf } from './measures.ts';
import type { BatchReport } from './tally.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Delays the answer to a batch that Lambda would otherwise deliver again without any progress. AWS
 * does not document how long Lambda waits before it delivers a failed batch again, and while a
 * service is down or the quota is used up, a batch can fail within milliseconds.
 *
 * A batch makes no progress if its first record failed, because Lambda then starts again at the same
 * record. The first such batch of a shard is answered at once. Each further one takes at least 1, 2,
 * 4, … seconds, up to 30 seconds, but ends at the deadline of the analysis.
 */
export function paceRetries(
  consumer: Consumer,
  { now }: { /** Returns the current time, in epoch milliseconds. */ now: () => number },
): Consumer {
  /** Number of consecutive batches without progress, by shard id. */
  const stuck = new Map<string, number>();
  return async (records, context) => {
    const started_at = now();
    const report = await consumer(records, context);
    const shard_id = shardOf(records) ?? '';
    if (makesProgress(report, records[0]?.kinesis.sequenceNumber)) {
      stuck.delete(shard_id);
      return report;
    }
    const batches = (stuck.get(shard_id) ?? 0) + 1;
    stuck.set(shard_id, batches);
    const ends_at = Math.min(started_at + leastDuration(batches), context.analysis.at);
    const wait_ms = ends_at - now();
    if (wait_ms > 0) await sleep(wait_ms);
    return report;
  };
}

function makesProgress({ response }: BatchReport, first: string | undefined): boolean {
  const [failed] = response.batchItemFailures;
  return failed === undefined || failed.itemIdentifier !== first;
}

function leastDuration(batches: number): number {
  return batches === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (batches - 2));
}
