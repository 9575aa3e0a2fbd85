import type { Slots } from '../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { sharedIntervalMs, waitingSince } from './bulk-lot.ts';
import { CREATE_ITEM, finite, rateChangedAt, refresh, remember, type State } from './state.ts';

/**
 * Maximum number of attempts of one reservation. An attempt fails if another process has changed
 * the item in the meantime.
 */
export const MAX_ATTEMPTS = 20;

/** Takes the next free slots for live calls. Live calls share their slots in the order of arrival. */
export async function reserveLive(
  state: State,
  { slots, latest, now }: { slots: number; latest: number; now: () => number },
): Promise<Slots | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const at = now();
    if (at > latest) return undefined;
    const reserved = await tryReserve(state, { slots, latest, at });
    if (reserved !== undefined) return reserved;
    await refresh(state, now());
    if (state.last_seen.next_slot_at > latest) return undefined;
  }
  throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
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
 * process has changed the item, because bulk has begun to wait, or because the first slot would
 * start after `latest`.
 */
async function tryReserve(
  state: State,
  { slots, latest, at }: Reservation,
): Promise<Slots | undefined> {
  const { calls_per_second, bulk_queue_at } = state.last_seen;
  const is_bulk_waiting = bulk_queue_at >= waitingSince(at);
  const interval_ms = sharedIntervalMs(calls_per_second, is_bulk_waiting);
  const span_ms = slots * interval_ms;
  const span = { span_ms, latest: finite(latest), at, is_bulk_waiting };
  if (!remember(state, await takeSpan(state, span))) return undefined;
  const { next_slot_at, refused_at } = state.last_seen;
  return {
    count: slots,
    starts_at: next_slot_at - span_ms,
    interval_ms,
    rate: { calls_per_second, refused_at },
    rate_changed_at: rateChangedAt(state.last_seen),
  };
}

interface Span {
  span_ms: number;
  latest: number;
  at: number;
  is_bulk_waiting: boolean;
}

/**
 * Reserves a span of time. The span starts at the end of the last reservation. If that end has
 * already passed, the span starts now.
 */
function takeSpan({ item, last_seen }: State, { span_ms, latest, at, is_bulk_waiting }: Span) {
  // Without this condition, bulk would take its guaranteed slots in addition to the full rate.
  const same = `calls_per_second = :rate${is_bulk_waiting ? '' : ' AND bulk_queue_at < :waiting'}`;
  const values = {
    ':rate': last_seen.calls_per_second,
    ':now': at,
    ...(is_bulk_waiting ? {} : { ':waiting': waitingSince(at) }),
  };
  if (last_seen.next_slot_at >= at) {
    return item.update(
      'next_slot_at = next_slot_at + :span',
      `${same} AND next_slot_at >= :now AND next_slot_at <= :latest`,
      { ...values, ':span': span_ms, ':latest': latest },
    );
  }
  return item.update(
    `next_slot_at = :next, bulk_queue_at = if_not_exists(bulk_queue_at, :zero), ${CREATE_ITEM}`,
    `attribute_not_exists(quota) OR (${same} AND next_slot_at < :now)`,
    { ...values, ':next': at + span_ms, ':zero': 0 },
  );
}
