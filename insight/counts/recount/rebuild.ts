import { markOf } from '../changes.ts';
import type { CountsReader, CountsStore } from '../ports.ts';
import { type CompareDeps, compareDay, type Difference } from './compare.ts';

export interface RebuildDeps extends CompareDeps {
  counts: CountsReader & CountsStore;
}

/**
 * Makes the counts of a day equal to a recount. Each bucket that differs gets a row of its own, which
 * holds the difference. The mark of this row is the time of the rebuild, so that a later rebuild comes
 * after an earlier one, and a repeated write changes nothing.
 *
 * @returns what was different.
 * @throws as {@link compareDay}.
 */
export async function rebuildDay(deps: RebuildDeps, day: number): Promise<Difference[]> {
  const differences = await compareDay(deps, day);
  const mark = markOf(String(deps.now()));
  for (const { name, measures } of differences) {
    const addition = { measures, first: mark, last: mark, changed_at: deps.now() };
    void (await deps.counts.add(name, addition));
  }
  return differences;
}
