import type { Item } from '../attribute.ts';
import type { Partition } from './partition.ts';

/** Rows of several partitions in their order. */
export interface Merged {
  rows: Item[];
  /** Sort key down to which every row was merged. It is empty if all rows were merged. */
  reached: string;
}

interface MergeOptions {
  /** Name of the sort key. */
  sort: string;
  /** Largest number of rows. */
  limit: number;
  /** Returns true if no further page may be read. */
  isOver: () => boolean;
}

/**
 * Merges partitions, newest row first. A row is merged as soon as no partition can still have a
 * newer row that was not read:
 *
 *     partition with rows          its first row may be the next row
 *     partition without rows       its next row is older than `reached`, which blocks older rows of
 *                                  other partitions until the next page was read
 *     partition read to its end    blocks nothing
 *
 * If the page is full, at most one more page of each partition is read, to find out whether there
 * is another row.
 */
export async function mergePartitions(
  partitions: Partition[],
  { sort, limit, isOver }: MergeOptions,
): Promise<Merged> {
  const rows: Item[] = [];
  const sortOf = (row: Item | undefined) => row?.[sort]?.S ?? '';
  await Promise.all(partitions.map((partition) => partition.fill()));
  for (let has_looked_ahead = false; ; ) {
    const newest = partitions.reduce((best, one) =>
      sortOf(one.rows[0]) > sortOf(best.rows[0]) ? one : best,
    );
    const head = sortOf(newest.rows[0]);
    const blocking = partitions.filter((one) => one.rows.length === 0 && one.reached > head);
    const is_full = rows.length === limit;
    if (blocking.length === 0) {
      if (head === '') return { rows, reached: '' };
      if (is_full) return { rows, reached: sortOf(rows.at(-1)) };
      rows.push(...newest.rows.splice(0, 1));
    } else if (is_full ? has_looked_ahead : isOver()) {
      return { rows, reached: latestOf(blocking.map(({ reached }) => reached)) };
    } else {
      has_looked_ahead = is_full;
      await Promise.all(blocking.map((partition) => partition.fill()));
    }
  }
}

function latestOf(sorts: string[]): string {
  return sorts.reduce((latest, sort) => (sort > latest ? sort : latest), '');
}
