import type { SetAside } from '../../schemas/index.ts';

/**
 * The set-asides with the reason `over_budget`, by the month whose budget was used up. Each method can
 * throw a {@link ServiceError}.
 */
export interface OverBudgetSetAsides {
  /** Returns the months that have set-asides, such as `2026-11`, oldest first. */
  months(): Promise<string[]>;
  /** Yields the set-asides of a month in lots, shard by shard, in the order of the stream. */
  lots(month: string, size: number): AsyncIterable<SetAside[]>;
  delete(set_asides: SetAside[]): Promise<void>;
}
