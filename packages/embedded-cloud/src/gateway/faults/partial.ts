import type { PartialAction, Split } from './partial-action.ts';
import { BATCH_LISTS } from './partial-lists.ts';
import { BATCH_TABLES } from './partial-tables.ts';
import { samplePositions } from './random.ts';

/** Every batch action whose entries can fail one by one, by `service:action`. */
export const PARTIAL_ACTIONS: Record<string, PartialAction> = { ...BATCH_LISTS, ...BATCH_TABLES };

/** @param share of the entries that fail: at least one, so that a hit is seen. */
export function splitBatch(size: number, share: number, random: () => number): Split {
  const rejected = samplePositions(size, Math.max(1, Math.round(size * share)), random);
  const out = new Set(rejected);
  const all = Array.from({ length: size }, (_, position) => position);
  return { rejected, kept: all.filter((position) => !out.has(position)) };
}
