/** The counter of one account in one month. */
export interface BudgetEntry {
  /** The calendar month in UTC, such as `2026-11`. */
  month: string;
  /** Name of the account: a tenant, or all tenants of the deployment. */
  account: string;
}

/**
 * Counts the billed units that each account has taken in each month. All processes share the ledger.
 * Each method is atomic for one entry, and may throw a {@link ServiceError}.
 */
export interface BudgetLedger {
  /**
   * Takes units in advance. Takes as many as the limit leaves, and at most `wanted`.
   *
   * @returns the number of units that were taken, which can be 0.
   */
  take(entry: BudgetEntry, wanted: number, limit: number): Promise<number>;
  /**
   * Adds units that were used already, without regard to a limit. A negative number gives units
   * back.
   */
  add(entry: BudgetEntry, units: number): Promise<void>;
  /** Returns the units that an account has taken. */
  read(entry: BudgetEntry): Promise<number>;
}
