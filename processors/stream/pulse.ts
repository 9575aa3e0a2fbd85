import type { JobStore } from '../../jobs/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Consumer } from './consumer.ts';
import { batchTimes, shardOf } from './measures.ts';

export interface PulseDeps {
  putThroughputSample: JobStore['putThroughputSample'];
  /** Epoch milliseconds. */
  now: () => number;
}

/** Small batches come fast, and tell little that the one before did not: */
const LEAST_MS = 1_000;
/** but for the one that has caught up, after one that was so far behind. */
const BEHIND_MS = 2_000;

/** Leaves after a batch what it took: estimates are made of it. Without it they are worse, and nothing else. */
export function createPulse({
  putThroughputSample,
  now,
}: PulseDeps): (consumer: Consumer) => Consumer {
  /** By shard; there are as many as the stream has. */
  const last = new Map<string, { put_at: number; iterator_age_ms: number }>();
  return (consumer) => async (records) => {
    const started_at = now();
    const report = await consumer(records);
    const shard_id = shardOf(records);
    if (shard_id === undefined) return report;
    const { duration_ms, iterator_age_ms } = batchTimes(records, started_at, now());
    const before = last.get(shard_id);
    const is_new = before === undefined || now() - before.put_at >= LEAST_MS;
    const has_caught_up =
      before !== undefined && before.iterator_age_ms >= BEHIND_MS && iterator_age_ms < BEHIND_MS;
    if (!is_new && !has_caught_up) return report;
    last.set(shard_id, { put_at: now(), iterator_age_ms });
    try {
      await putThroughputSample({
        shard_id,
        ended_at: new Date(now()).toISOString(),
        records: report.results + report.set_asides,
        duration_ms,
        iterator_age_ms,
      });
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
    }
    return report;
  };
}
