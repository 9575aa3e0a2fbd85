import type { Outcome } from './outcome.ts';

/** What a lane must know of a record. */
export interface Sequenced {
  sequence_number: string;
  partition_key: string;
  /** Epoch ms. */
  arrived_at: number;
  /** What it adds to the event's payload. */
  event_bytes: number;
}

/** An event source mapping's settings, with infinity where AWS writes -1. */
export interface DeliverySettings {
  batch_size: number;
  window_ms: number;
  /** Bytes of one event, base64 and JSON included. */
  payload_bytes: number;
  bisect: boolean;
  max_retries: number;
  max_record_age_ms: number;
  /** How long to wait after so many failed invocations in a row, in ms. */
  backoff(failures: number): number;
}

/** As AWS writes them into the report of a discarded batch. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** Some records on their way, in the order of the shard. */
export interface Batch<Item> {
  records: Item[];
  /** Retries that counted against the maximum. */
  retries: number;
  /** Invocations that these records have seen, together or in larger batches. */
  invocations: number;
  /** Failed invocations in a row, for the back-off. */
  failures: number;
  /** Not invoked before, epoch ms. */
  not_before: number;
  /** Why these records are given up; absent: they are not. */
  discard?: DiscardCondition;
}

export type LaneStep<Item> =
  | { kind: 'invoke'; batch: Batch<Item> }
  | { kind: 'discard'; batch: Batch<Item>; condition: DiscardCondition }
  | { kind: 'wait'; until: number }
  /** Nothing to do, or a batch is out already. */
  | { kind: 'rest' };

/**
 * Delivers records one batch at a time: gathers, retries, splits, gives up. No I/O and no clock of its own.
 *
 *   gather ──(size, window or payload reached)──► batch ──next()──► out
 *   out ── success ──► done
 *       ── partial ──► done up to the checkpoint; the rest is the next batch
 *       ── failure ──► halves (bisect, costs no retry), or again after a back-off, or discard
 *       ── throttled ──► again after a back-off, whatever the retries
 *   a record over its age is given up before its batch goes out (again)
 *
 * While `next()`'s batch is out, the lane rests; `settle()` brings it back.
 */
export interface Lane<Item> {
  add(record: Item, now: number): void;
  next(now: number): LaneStep<Item>;
  /** @returns the records that need no further delivery. */
  settle(outcome: Outcome, now: number): Item[];
  /** Records that wait for their first delivery or are not done. */
  unfinished(): number;
  isOut(): boolean;
}

export function createLane<Item extends Sequenced>(settings: DeliverySettings): Lane<Item> {
  const gathering: { record: Item; since: number }[] = [];
  /** Batches formed and not done, first in order first; `work[0]` is the one that goes out. */
  let work: Batch<Item>[] = [];
  let out = false;

  return {
    add(record, now) {
      gathering.push({ record, since: now });
    },

    next(now) {
      if (out) return { kind: 'rest' };
      const first = gathering[0];
      if (work.length === 0 && first !== undefined) {
        const count = batchCount(gathering, settings);
        const due = count.full ? now : first.since + settings.window_ms;
        if (due > now) return { kind: 'wait', until: due };
        const records = gathering.splice(0, count.records).map(({ record }) => record);
        work = [{ records, retries: 0, invocations: 0, failures: 0, not_before: now }];
      }
      work = setAgedAside(work, now, settings.max_record_age_ms);
      const batch = work[0];
      if (batch === undefined) return { kind: 'rest' };
      if (batch.discard === undefined && batch.not_before > now) {
        return { kind: 'wait', until: batch.not_before };
      }
      out = true;
      if (batch.discard !== undefined) return { kind: 'discard', batch, condition: batch.discard };
      return { kind: 'invoke', batch };
    },

    settle(outcome, now) {
      const [batch, ...later] = work;
      if (!out || batch === undefined) throw new Error('No batch is out.');
      out = false;
      const { done, again } = settled(batch, outcome, now, settings);
      work = [...again, ...later];
      return done;
    },

    unfinished: () => gathering.length + work.reduce((sum, { records }) => sum + records.length, 0),
    isOut: () => out,
  };
}

/** How many records the next batch takes, and whether it is full: by count, or because one more would not fit. */
function batchCount(
  gathering: { record: Sequenced }[],
  { batch_size, payload_bytes }: DeliverySettings,
): { records: number; full: boolean } {
  let bytes = 0;
  for (const [index, { record }] of gathering.entries()) {
    bytes += record.event_bytes;
    // A record over the limit goes alone: the function's refusal is what gives it up.
    if (bytes > payload_bytes) return { records: Math.max(index, 1), full: true };
    if (index + 1 === batch_size) return { records: batch_size, full: true };
  }
  return { records: gathering.length, full: false };
}

/** Records are in order of arrival, so the aged ones come first. */
function setAgedAside<Item extends Sequenced>(
  work: Batch<Item>[],
  now: number,
  max_age_ms: number,
): Batch<Item>[] {
  const [batch, ...later] = work;
  if (batch === undefined || batch.discard !== undefined) return work;
  const young = batch.records.findIndex(({ arrived_at }) => now - arrived_at <= max_age_ms);
  if (young === 0) return work;
  const count = young < 0 ? batch.records.length : young;
  const aged = { ...batch, records: batch.records.slice(0, count) };
  const rest = { ...batch, records: batch.records.slice(count) };
  return [
    { ...aged, discard: 'RecordAgeExceeded' },
    ...(rest.records.length > 0 ? [rest] : []),
    ...later,
  ];
}

function settled<Item extends Sequenced>(
  batch: Batch<Item>,
  outcome: Outcome,
  now: number,
  settings: DeliverySettings,
): { done: Item[]; again: Batch<Item>[] } {
  if (batch.discard !== undefined || outcome.kind === 'success') {
    return { done: batch.records, again: [] };
  }
  const failures = batch.failures + 1;
  const failed = { ...batch, failures, not_before: now + settings.backoff(failures) };
  if (outcome.kind === 'throttled') return { done: [], again: [failed] };
  const invoked = { ...failed, invocations: batch.invocations + 1 };
  if (outcome.kind === 'failure') return { done: [], again: afterFailure(invoked, settings) };

  const from = batch.records.findIndex(
    ({ sequence_number }) => sequence_number === outcome.from_sequence_number,
  );
  const rest = { ...invoked, records: batch.records.slice(from) };
  // "Bisected at the returned sequence number": a split costs no retry, and the rest is not split again.
  const again = settings.bisect && from > 0 ? [rest] : [retried(rest, settings)];
  return { done: batch.records.slice(0, from), again };
}

function afterFailure<Item>(batch: Batch<Item>, settings: DeliverySettings): Batch<Item>[] {
  if (!settings.bisect || batch.records.length === 1) return [retried(batch, settings)];
  const middle = Math.ceil(batch.records.length / 2);
  return [
    { ...batch, records: batch.records.slice(0, middle) },
    { ...batch, records: batch.records.slice(middle) },
  ];
}

function retried<Item>(batch: Batch<Item>, { max_retries }: DeliverySettings): Batch<Item> {
  if (batch.retries >= max_retries) return { ...batch, discard: 'RetryAttemptsExhausted' };
  return { ...batch, retries: batch.retries + 1 };
}
