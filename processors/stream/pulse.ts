import type { JobStore } from '../../jobs/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Consumer } from './consumer.ts';
import { batchTimes, shardOf } from './measures.ts';

export interface PulseDeps {
  putPulse: JobStore['putPulse'];
  /** Epoch milliseconds. */
  now: () => number;
}

/** Small batches come fast, and tell little that the one before did not. */
const LEAST_MS = 1_000;

/** Leaves after a batch what it took: estimates are made of it. Without it they are worse, and nothing else. */
export function createPulse({ putPulse, now }: PulseDeps): (consumer: Consumer) => Consumer {
  /** By shard; there are as many as the stream has. */
  const put_at = new Map<string, number>();
  return (consumer) => async (records) => {
    const started_at = now();
    const report = await consumer(records);
    const shard_id = shardOf(records);
    if (shard_id === undefined) return report;
    if (now() - (put_at.get(shard_id) ?? Number.NEGATIVE_INFINITY) < LEAST_MS) return report;
    put_at.set(shard_id, now());
    const { duration_ms, iterator_age_ms } = batchTimes(records, started_at, now());
    try {
      await putPulse({
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
