import { DEPLOYED } from './assumptions.ts';
import type { PlanParts } from './parts.ts';

/**
 * Writes per second that one item of a DynamoDB table takes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const LEDGER_WRITES_PER_SECOND = 1_000;

/**
 * Estimates how many writes per second all consumers make to the item of the quota. One write takes
 * a lot of slots, which is never larger than a batch needs.
 */
export function estimateLedgerWriteRate({
  comprehend,
  consumer,
  load,
}: Pick<PlanParts, 'comprehend' | 'consumer' | 'load'>): number {
  const { calls_per_second } = comprehend;
  const batches_per_second = load.records_per_second / consumer.batch_records;
  const calls_per_batch = calls_per_second / batches_per_second;
  const lot = Math.max(DEPLOYED.slots_per_write, Math.ceil(calls_per_second / 100));
  return calls_per_second / Math.max(1, Math.min(lot, calls_per_batch));
}
