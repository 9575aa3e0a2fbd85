/**
 * Maximum time by which the slots of bulk calls may reach into the future, in milliseconds. A live
 * call never waits longer than this for bulk calls, unless a single call takes longer because the
 * rate is below seven calls per second.
 */
const HORIZON_MS = 200;
/** Longest lot of bulk slots, in milliseconds. The rest of the horizon absorbs delays of the network. */
const LOT_MS = 100;
/**
 * Least time before the end of the taken slots at which a bulk process may take the next lot, in
 * milliseconds. Without it, slots would stay unused during the call to the ledger.
 */
const LEAST_AHEAD_MS = 50;
/** Bulk is guaranteed one of this many slots, also while live calls could use all of them. */
const GUARANTEED_ONE_OF = 10;
/** Time between two planned lots, as a share of the time between two lots at the full rate. */
const PLAN_SHARE = 0.9;
/** Time after its last plan for which bulk still counts as waiting, in milliseconds. */
const WAITING_MS = 1_000;

/** One lot of slots for bulk calls. */
export interface BulkLot {
  slots: number;
  interval_ms: number;
  span_ms: number;
  /**
   * Time by which the lot moves the plan of the next bulk process. It is shorter than `span_ms`,
   * because one lot of ten is a guaranteed one and takes no shared time, and because an attempt that
   * comes too late would leave slots unused.
   */
  plan_ms: number;
  /**
   * How long before the end of the taken slots the lot may be taken, in milliseconds. `span_ms` and
   * `ahead_ms` together are at most the horizon, unless the lot has only one slot.
   */
  ahead_ms: number;
}

export function planLot(wanted: number, calls_per_second: number): BulkLot {
  const interval_ms = sharedIntervalMs(calls_per_second, true);
  const slots = Math.max(1, Math.min(wanted, Math.floor(LOT_MS / interval_ms)));
  const span_ms = slots * interval_ms;
  const ahead_ms = Math.max(LEAST_AHEAD_MS, HORIZON_MS - span_ms);
  const plan_ms = PLAN_SHARE * slots * (1_000 / calls_per_second);
  return { slots, interval_ms, span_ms, plan_ms, ahead_ms };
}

/**
 * Returns the time between two slots that live and bulk calls share. While bulk waits, these slots
 * have nine tenths of the rate. The other tenth is guaranteed to bulk.
 */
export function sharedIntervalMs(calls_per_second: number, is_bulk_waiting: boolean): number {
  const interval_ms = 1_000 / calls_per_second;
  return is_bulk_waiting
    ? (interval_ms * GUARANTEED_ONE_OF) / (GUARANTEED_ONE_OF - 1)
    : interval_ms;
}

/** Returns the time since which bulk must have planned a lot to count as waiting, in epoch milliseconds. */
export function waitingSince(at: number): number {
  return at - WAITING_MS;
}

/**
 * Returns the time of the guaranteed lot that follows another one, in epoch milliseconds. A lot that
 * was taken late does not delay the following lots, but bulk saves up no more than one lot.
 */
export function nextGuaranteed(lot: {
  due_at: number;
  at: number;
  slots: number;
  calls_per_second: number;
}): number {
  const pause_ms = (lot.slots * GUARANTEED_ONE_OF * 1_000) / lot.calls_per_second;
  return Math.max(lot.due_at, lot.at - pause_ms) + pause_ms;
}
