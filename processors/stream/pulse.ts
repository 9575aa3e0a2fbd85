import type { JobStore } from '../../jobs/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Consumer } from './consumer.ts';
import { batchTimes, shardOf } from './measures.ts';

export interface PulseDeps {
  putPulse: JobStore['putPulse'];
  /** Epoch milliseconds. */
  now: () => number;
}

/** Leaves after each batch what it took: estimates are made of it. Without it they are worse, and nothing else. */
export function createPulse({ putPulse, now }: PulseDeps): (consumer: Consumer) => Consumer {
  return (consumer) => async (records) => {
    const started_at = now();
    const report = await consumer(records);
    const shard_id = shardOf(records);
    if (shard_id === undefined) return report;
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
