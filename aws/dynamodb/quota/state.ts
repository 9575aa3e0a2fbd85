import type { Rate } from '../../../processors/analysis/ports.ts';
import type { QuotaItem, SharedItem } from './item.ts';

/**
 * The time 9999-12-31 in epoch milliseconds. The constant replaces Infinity, because a number in
 * DynamoDB cannot be infinite.
 */
const LATEST_TIME = 253_402_300_799_000;

/** The state of the ledger as a process knows it. */
export interface State {
  item: SharedItem;
  quota: Rate;
  /**
   * State of the item after the last read or write by this process. Another process may have
   * changed the item since then.
   */
  last_seen: QuotaItem;
}

export function createState(item: SharedItem, calls_per_second: number): State {
  const quota: Rate = { calls_per_second, refused_at: calls_per_second };
  const none = {
    next_slot_at: 0,
    changed_at: 0,
    effective_at: 0,
    bulk_queue_at: 0,
    bulk_due_at: 0,
  };
  return { item, quota, last_seen: { ...none, ...quota } };
}

/** Returns a time that DynamoDB can store. */
export function finite(time: number): number {
  return Math.min(time, LATEST_TIME);
}

/** Expression that creates what an item lacks. Its values are :rate and :zero. */
export const CREATE_ITEM =
  'calls_per_second = :rate, refused_at = if_not_exists(refused_at, :rate), ' +
  ['changed_at', 'bulk_due_at'].map((name) => `${name} = if_not_exists(${name}, :zero)`).join(', ');

/** Remembers the item after a write. Returns false if DynamoDB refused the write. */
export function remember(state: State, written: QuotaItem | undefined): boolean {
  if (written === undefined) return false;
  state.last_seen = written;
  return true;
}

/**
 * Reads the item again. If a deployment has lowered the quota below the rate in the item, the
 * function lowers the rate to the quota.
 */
export async function refresh(state: State, at: number): Promise<void> {
  const { item, quota } = state;
  const none = { ...state.last_seen, next_slot_at: 0, bulk_queue_at: 0, bulk_due_at: 0 };
  state.last_seen = (await item.read()) ?? none;
  const { calls_per_second } = state.last_seen;
  if (calls_per_second <= quota.calls_per_second) return;
  const values = { ...rateValues(quota, at), ':from': calls_per_second };
  void remember(state, await item.update(SET_RATE, 'calls_per_second = :from', values));
}

export const SET_RATE =
  'calls_per_second = :to, refused_at = :refused, changed_at = :at, ' +
  'effective_at = next_slot_at + :zero';

/** Returns the time from which calls show the effect of the current rate, in epoch milliseconds. */
export function rateChangedAt({ changed_at, effective_at }: QuotaItem): number {
  return Math.max(changed_at, effective_at);
}

export function rateValues(to: Rate, at: number): Record<string, number> {
  return { ':to': to.calls_per_second, ':refused': to.refused_at, ':at': at, ':zero': 0 };
}
