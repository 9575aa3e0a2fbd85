import type { PartialAction, Split } from './partial-action.ts';
import { BATCH_LISTS } from './partial-lists.ts';
import { BATCH_TABLES } from './partial-tables.ts';
import { samplePositions } from './random.ts';

/**
 * The batch actions whose entries can fail individually. The keys have the form `service:action`.
 */
export const PARTIAL_ACTIONS: Record<string, PartialAction> = { ...BATCH_LISTS, ...BATCH_TABLES };

/**
 * Chooses at random which entries of a batch fail.
 *
 * @param share the fraction of entries that fail. The number of failing entries is rounded, but at
 * least one entry fails. If no entry failed, the fault rule would have no effect on the call.
 */
export function splitBatch(size: number, share: number, random: () => number): Split {
  const rejected = samplePositions(size, Math.max(1, Math.round(size * share)), random);
  const out = new Set(rejected);
  const all = Array.from({ length: size }, (_, position) => position);
  return { rejected, kept: all.filter((position) => !out.has(position)) };
}
