import type { Slots } from '../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { type BulkLot, nextGuaranteed, planLot, waitingSince } from './bulk-lot.ts';
import type { QuotaItem } from './item.ts';
import { MAX_ATTEMPTS } from './live.ts';
import { rateChangedAt, refresh, remember, type State } from './state.ts';

/** Time by which the plan may lag behind the slots that are free, in milliseconds. */
const BEHIND_MS = 50;

interface BulkReservation {
  slots: number;
  /** Time by which the first slot must start, in epoch milliseconds. */
  latest: number;
  now: () => number;
  wait: (milliseconds: number) => Promise<unknown>;
}

/**
 * Takes slots that live calls leave over, and at least a tenth of all. A bulk process goes through
 * these steps:
 *
 *     1 join   Plan a lot behind the lots of the other bulk processes, with one write.
 *     2 wait   Wait until shortly before the planned start.
 *     3 take   Take the lot with one write, if no live call has taken the time meanwhile, or if the
 *              next guaranteed lot is due. Otherwise continue with step 1.
 *
 * A lot is taken only shortly before it starts, because slots that are taken cannot be given back
 * to a live call. While a bulk process waits, live and bulk share nine tenths of the rate, with live
 * first. The last tenth is a series of slots of its own, so the guaranteed lots do not queue behind
 * live calls.
 *
 * Step 1 spreads the attempts of all bulk processes over time. The number of writes therefore does
 * not grow with the number of processes. A lot of a busy consumer has the calls of up to 100 ms, or
 * 50 calls, so bulk makes about 20 writes per second up to 500 calls per second, and about 200 at
 * 5,000. One item of DynamoDB allows 1,000.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export async function reserveBulk(
  state: State,
  reservation: BulkReservation,
): Promise<Slots | undefined> {
  const { slots, latest, now, wait } = reservation;
  for (;;) {
    const lot = planLot(slots, state.last_seen.calls_per_second);
    const starts_at = await joinQueue(state, lot, reservation);
    if (starts_at === undefined) return undefined;
    const wait_ms = starts_at - lot.ahead_ms / 2 - now();
    if (wait_ms > 0) await wait(wait_ms);
    if (now() > latest) return undefined;
    const taken = await takeLot(state, reservation);
    if (taken !== undefined) return taken;
  }
}

/**
 * Plans a lot behind the lots of the other bulk processes.
 *
 * @returns the planned start, in epoch milliseconds; undefined if it is after `latest`.
 */
async function joinQueue(
  state: State,
  { plan_ms }: BulkLot,
  { latest, now }: BulkReservation,
): Promise<number | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const at = now();
    const { next_slot_at, bulk_due_at, bulk_queue_at } = state.last_seen;
    const earliest = Math.max(at, Math.min(next_slot_at, bulk_due_at));
    if (Math.max(earliest, bulk_queue_at) > latest) return undefined;
    if (remember(state, await tryJoin(state, { plan_ms, earliest, at }))) {
      return state.last_seen.bulk_queue_at - plan_ms;
    }
    await refresh(state, now());
  }
  throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
}

function tryJoin(
  { item, last_seen }: State,
  { plan_ms, earliest, at }: { plan_ms: number; earliest: number; at: number },
) {
  const { calls_per_second, bulk_queue_at } = last_seen;
  const values = { ':rate': calls_per_second, ':waiting': waitingSince(at) };
  if (bulk_queue_at < waitingSince(at)) {
    // Bulk begins to wait. Live calls have taken slots at the full rate up to `next_slot_at`, so the
    // guaranteed slots begin after them.
    return item.update(
      'bulk_queue_at = :next, bulk_due_at = if_not_exists(next_slot_at, :zero), ' +
        'next_slot_at = if_not_exists(next_slot_at, :zero), calls_per_second = :rate, ' +
        'refused_at = if_not_exists(refused_at, :rate), changed_at = if_not_exists(changed_at, :zero)',
      'attribute_not_exists(quota) OR (calls_per_second = :rate AND bulk_queue_at < :waiting)',
      { ...values, ':next': at + plan_ms, ':zero': 0 },
    );
  }
  // Processes that add to the plan do not disturb each other, so the plan may be a little behind.
  const behind = earliest - BEHIND_MS;
  if (bulk_queue_at >= behind) {
    return item.update(
      'bulk_queue_at = bulk_queue_at + :span',
      'calls_per_second = :rate AND bulk_queue_at >= :waiting AND bulk_queue_at >= :behind',
      { ...values, ':behind': behind, ':span': plan_ms },
    );
  }
  return item.update(
    'bulk_queue_at = :next',
    'calls_per_second = :rate AND bulk_queue_at >= :waiting AND bulk_queue_at < :behind',
    { ...values, ':behind': behind, ':next': earliest + plan_ms },
  );
}

/**
 * Takes the guaranteed lot if it is due, or a lot at the end of the shared slots. Returns undefined
 * if live calls have taken the time.
 */
async function takeLot(
  state: State,
  { slots, latest, now }: BulkReservation,
): Promise<Slots | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    // The state has changed while the process waited. A read is cheaper than a write that fails.
    await refresh(state, now());
    const at = now();
    const { last_seen } = state;
    const lot = planLot(slots, last_seen.calls_per_second);
    const take = takeGuaranteed(last_seen, lot, at) ?? takeShared(last_seen, lot, at);
    if (take === undefined || Math.max(at, take.startOf(last_seen)) > latest) return undefined;
    const written = await state.item.update(
      take.set,
      `calls_per_second = :rate AND ${take.condition}`,
      { ...take.values, ':rate': last_seen.calls_per_second },
    );
    if (remember(state, written)) return slotsOf(state.last_seen, lot, take);
  }
  throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
}

/** A write that takes a lot. */
interface Take {
  set: string;
  condition: string;
  values: Record<string, number>;
  /** Returns the start of the lot, in epoch milliseconds. */
  startOf: (item: QuotaItem) => number;
}

function takeGuaranteed(
  { bulk_due_at, calls_per_second }: QuotaItem,
  { slots, ahead_ms }: BulkLot,
  at: number,
): Take | undefined {
  if (bulk_due_at > at + ahead_ms / 2) return undefined;
  const next = nextGuaranteed({ due_at: bulk_due_at, at, slots, calls_per_second });
  const starts_at = Math.max(at, bulk_due_at);
  return {
    set: 'bulk_due_at = :next',
    condition: 'bulk_due_at = :due',
    values: { ':next': next, ':due': bulk_due_at },
    startOf: () => starts_at,
  };
}

function takeShared(
  { next_slot_at }: QuotaItem,
  { span_ms, ahead_ms }: BulkLot,
  at: number,
): Take | undefined {
  if (next_slot_at > at + ahead_ms) return undefined;
  if (next_slot_at < at) {
    return {
      set: 'next_slot_at = :next',
      condition: 'next_slot_at < :now',
      values: { ':next': at + span_ms, ':now': at },
      startOf: () => at,
    };
  }
  return {
    set: 'next_slot_at = next_slot_at + :span',
    condition: 'next_slot_at >= :now AND next_slot_at <= :horizon',
    values: { ':span': span_ms, ':now': at, ':horizon': at + ahead_ms },
    startOf: (item) => item.next_slot_at - span_ms,
  };
}

function slotsOf(item: QuotaItem, { slots, interval_ms }: BulkLot, { startOf }: Take): Slots {
  const { calls_per_second, refused_at } = item;
  return {
    count: slots,
    starts_at: startOf(item),
    interval_ms,
    rate: { calls_per_second, refused_at },
    rate_changed_at: rateChangedAt(item),
  };
}
