import type { QuotaLedger, Rate, Slots } from '../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { openTable, type TableDeps } from '../table.ts';
import { openItem, type QuotaItem, type SharedItem } from './item.ts';

/**
 * Maximum number of attempts of one reservation. An attempt fails if another process has changed
 * the item in the meantime.
 */
const MAX_ATTEMPTS = 20;

/**
 * The time 9999-12-31 in epoch milliseconds. The constant replaces Infinity, because a number in
 * DynamoDB cannot be infinite.
 */
const LATEST_TIME = 253_402_300_799_000;

export interface QuotaLedgerDeps extends TableDeps {
  quota: string;
  /** Quota of all processes together, in calls per second. */
  calls_per_second: number;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the ledger of a quota that many processes share. The ledger is one item of a DynamoDB
 * table. A reservation usually makes one write. If the rate has changed, or if there were no calls
 * for a while, the reservation makes an additional read and a second write.
 */
export function createQuotaLedger(deps: QuotaLedgerDeps): QuotaLedger {
  const quota: Rate = {
    calls_per_second: deps.calls_per_second,
    refused_at: deps.calls_per_second,
  };
  const state: State = {
    item: openItem(openTable(deps), deps.quota),
    last_seen: { next_slot_at: 0, changed_at: 0, ...quota },
  };
  return {
    async reserve(slots, latest) {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const at = deps.now();
        if (at > latest) return undefined;
        const reserved = await tryReserve(state, { slots, latest, at });
        if (reserved !== undefined) return reserved;
        await refresh(state, quota, deps.now());
        if (state.last_seen.next_slot_at > latest) return undefined;
      }
      throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
    },
    async change(from, to, settled_ms) {
      const at = deps.now();
      const changed = await state.item.update(
        SET_RATE,
        'calls_per_second = :from AND changed_at <= :settled',
        { ...rateValues(to, at), ':from': from, ':settled': at - settled_ms },
      );
      state.last_seen = changed ?? (await state.item.read()) ?? state.last_seen;
    },
  };
}

interface State {
  item: SharedItem;
  /**
   * State of the item after the last read or write by this process. Another process may have
   * changed the item since then.
   */
  last_seen: QuotaItem;
}

interface Reservation {
  slots: number;
  /** Time by which the first slot must start, in epoch milliseconds. */
  latest: number;
  /** Current time, in epoch milliseconds. */
  at: number;
}

/**
 * Takes slots with one write. Returns undefined if DynamoDB refuses the write, because another
 * process has changed the item or because the first slot would start after `latest`.
 */
async function tryReserve(
  state: State,
  { slots, latest, at }: Reservation,
): Promise<Slots | undefined> {
  const { calls_per_second } = state.last_seen;
  const interval_ms = 1_000 / calls_per_second;
  const span_ms = slots * interval_ms;
  const taken = await takeSpan(state, { span_ms, latest: Math.min(latest, LATEST_TIME), at });
  if (taken === undefined) return undefined;
  state.last_seen = taken;
  return {
    starts_at: taken.next_slot_at - span_ms,
    interval_ms,
    rate: { calls_per_second, refused_at: taken.refused_at },
    rate_changed_at: taken.changed_at,
  };
}

/**
 * Reserves a span of time. The span starts at the end of the last reservation. If that end has
 * already passed, the span starts now.
 */
function takeSpan(
  { item, last_seen }: State,
  { span_ms, latest, at }: { span_ms: number; latest: number; at: number },
): Promise<QuotaItem | undefined> {
  const { calls_per_second: rate, next_slot_at } = last_seen;
  if (next_slot_at >= at) {
    return item.update(
      'next_slot_at = next_slot_at + :span',
      'calls_per_second = :rate AND next_slot_at >= :now AND next_slot_at <= :latest',
      { ':span': span_ms, ':rate': rate, ':now': at, ':latest': latest },
    );
  }
  return item.update(
    'next_slot_at = :next, calls_per_second = :rate, ' +
      'changed_at = if_not_exists(changed_at, :zero), refused_at = if_not_exists(refused_at, :rate)',
    'attribute_not_exists(quota) OR (calls_per_second = :rate AND next_slot_at < :now)',
    { ':next': at + span_ms, ':rate': rate, ':now': at, ':zero': 0 },
  );
}

/**
 * Reads the item again. If a deployment has lowered the quota below the rate in the item, the
 * function lowers the rate to the quota.
 */
async function refresh(state: State, quota: Rate, at: number): Promise<void> {
  state.last_seen = (await state.item.read()) ?? { ...state.last_seen, next_slot_at: 0 };
  const { calls_per_second } = state.last_seen;
  if (calls_per_second <= quota.calls_per_second) return;
  const values = { ...rateValues(quota, at), ':from': calls_per_second };
  const lowered = await state.item.update(SET_RATE, 'calls_per_second = :from', values);
  state.last_seen = lowered ?? state.last_seen;
}

const SET_RATE = 'calls_per_second = :to, refused_at = :refused, changed_at = :at';

function rateValues(to: Rate, at: number) {
  return { ':to': to.calls_per_second, ':refused': to.refused_at, ':at': at };
}
