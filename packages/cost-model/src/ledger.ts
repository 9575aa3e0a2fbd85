import { DEPLOYED } from './assumptions.ts';
import type { PlanParts } from './parts.ts';

/**
 * Writes per second that one item of a DynamoDB table takes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const LEDGER_WRITES_PER_SECOND = 1_000;

/**
 * Number of writes for one lot. Half of the attempts fail at first, because another process has
 * changed the item meanwhile (`npm run simulate:scale`).
 */
const WRITES_PER_LOT = 2;

/**
 * Estimates how many writes per second the consumers make to one item of the quota ledger. One
 * write takes a lot of slots, which is never larger than a batch needs. A large quota has several
 * items.
 */
export function estimateLedgerWriteRate({
  comprehend,
  consumer,
  load,
}: Pick<PlanParts, 'comprehend' | 'consumer' | 'load'>): number {
  const { calls_per_second, recommended_quota } = comprehend;
  const batches_per_second = load.records_per_second / consumer.batch_records;
  const calls_per_batch = calls_per_second / batches_per_second;
  const items = Math.max(1, Math.ceil(recommended_quota / DEPLOYED.calls_per_ledger_item));
  const lot = Math.max(DEPLOYED.slots_per_write, Math.ceil(calls_per_second / items / 100));
  const lots_per_second = calls_per_second / Math.max(1, Math.min(lot, calls_per_batch));
  return (lots_per_second * WRITES_PER_LOT) / items;
}
