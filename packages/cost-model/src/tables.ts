import type { PlannedLoad } from './load.ts';
import { estimateRowUnits } from './storage.ts';

/**
 * Maximum number of writes per second for one source. Each index spreads the writes of a source over
 * 8 partitions, and a partition takes 1,000 write units per second.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const SOURCE_WRITES_PER_SECOND = 8_000;
/**
 * Write units per second that a new on-demand table, and each of its indexes, takes at once.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 */
export const NEW_TABLE_WRITE_UNITS = 4_000;

/** Write units per second of the results table and of each of its indexes. */
export interface TableWrites {
  table: number;
  index: number;
}

export function estimateTableWrites(load: PlannedLoad): TableWrites {
  return {
    table: load.records_per_second * estimateRowUnits(load),
    index: load.records_per_second,
  };
}
