import type { Outcome } from './outcome.ts';

/** The fields of a record that a lane needs. */
export interface Sequenced {
  sequence_number: string;
  partition_key: string;
  /** Time at which the record arrived in the stream, in milliseconds since 1970. */
  arrived_at: number;
  /** Size of the record in the event's payload, in bytes. */
  event_bytes: number;
}

/** The settings of an event source mapping. A setting that is -1 on AWS is `Infinity` here. */
export interface DeliverySettings {
  batch_size: number;
  window_ms: number;
  /** Length of the tumbling window. All records of a batch are of one window. Absent if there is none. */
  tumbling_ms?: number;
  /** Maximum size of one event, in bytes. The event contains the data of the records in base64. */
  payload_bytes: number;
  bisect: boolean;
  max_retries: number;
  max_record_age_ms: number;
  /**
   * Returns the wait before the next invocation, in milliseconds. The parameter `failures` is the
   * number of consecutive failed invocations.
   */
  backoff(failures: number): number;
}

/** The reason why a batch is discarded. The names are the same as in the failure reports of AWS. */
export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** The records that are delivered in one event, in the order of the shard. */
export interface Batch<Item> {
  records: Item[];
  /** Number of retries so far. Splits of the batch and throttled invocations are not counted. */
  retries: number;
  /**
   * Number of invocations whose event contained these records. Invocations before a split of the
   * batch are included.
   */
  invocations: number;
  /** Number of consecutive failed invocations, which determines the backoff. */
  failures: number;
  /** Earliest time of the next invocation, in milliseconds since 1970. */
  not_before: number;
  /** Reason why these records are discarded. Absent if the records are not discarded. */
  discard?: DiscardCondition;
}

export type LaneStep<Item> =
  | { kind: 'invoke'; batch: Batch<Item> }
  | { kind: 'discard'; batch: Batch<Item>; condition: DiscardCondition }
  | { kind: 'wait'; until: number }
  /** The lane has nothing to do, or a batch is in flight. */
  | { kind: 'rest' };

/**
 * A lane is a sequence of records of one shard. A lane delivers one batch at a time. A shard has
 * `ParallelizationFactor` lanes. A lane does no I/O. The caller passes the current time.
 *
 * A lane gathers records until the batch size, the batching window or the payload limit is reached.
 * Then `next()` returns the batch to deliver, and `settle()` applies the outcome of the delivery.
 * Between these two calls the lane delivers no other batch. The outcomes have these effects:
 * - `success` finishes the batch.
 * - `partial` finishes the records before the checkpoint. The remaining records are the next batch.
 * - `failure` splits a batch of several records into two halves if bisecting is on. Any other
 *   failed batch is delivered again after a backoff. After the last retry, the batch is discarded.
 *   A split does not count as a retry.
 * - `throttled` delivers the batch again after a backoff, without a limit of retries.
 *
 * A record that exceeds the maximum age is discarded before the next delivery of its batch.
 */
export interface Lane<Item> {
  add(record: Item, now: number): void;
  next(now: number): LaneStep<Item>;
  /**
   * Applies the outcome of the batch in flight.
   * @returns the records that need no further delivery.
   */
  settle(outcome: Outcome, now: number): Item[];
  /** Returns the number of records that are not finished. */
  countUnfinished(): number;
  isInFlight(): boolean;
}

export function createLane<Item extends Sequenced>(settings: DeliverySettings): Lane<Item> {
  const gathering: { record: Item; since: number }[] = [];
  /** Unfinished batches in the order of the shard. The first batch is delivered next. */
  let work: Batch<Item>[] = [];
  let in_flight = false;

  return {
    add(record, now) {
      gathering.push({ record, since: now });
    },

    next(now) {
      if (in_flight) return { kind: 'rest' };
      const first = gathering[0];
      if (work.length === 0 && first !== undefined) {
        const count = measureBatch(gathering, settings);
        const due = count.full ? now : first.since + settings.window_ms;
        if (due > now) return { kind: 'wait', until: due };
        const records = gathering.splice(0, count.records).map(({ record }) => record);
        work = [{ records, retries: 0, invocations: 0, failures: 0, not_before: now }];
      }
      work = discardAged(work, now, settings.max_record_age_ms);
      const batch = work[0];
      if (batch === undefined) return { kind: 'rest' };
      if (batch.discard === undefined && batch.not_before > now) {
        return { kind: 'wait', until: batch.not_before };
      }
      in_flight = true;
      if (batch.discard !== undefined) return { kind: 'discard', batch, condition: batch.discard };
      return { kind: 'invoke', batch };
    },

    settle(outcome, now) {
      const [batch, ...later] = work;
      if (!in_flight || batch === undefined) throw new Error('No batch is in flight.');
      in_flight = false;
      const { done, again } = applyOutcome(batch, outcome, now, settings);
      work = [...again, ...later];
      return done;
    },

    countUnfinished: () =>
      gathering.length + work.reduce((sum, { records }) => sum + records.length, 0),
    isInFlight: () => in_flight,
  };
}

/** Returns the start of the tumbling window in which a record arrived, in milliseconds since 1970. */
export function windowStart({ arrived_at }: Sequenced, length_ms: number): number {
  return Math.floor(arrived_at / length_ms) * length_ms;
}

/**
 * Returns the number of records of the next batch, and whether the batch is full. A batch is full
 * if it has the maximum number of records, if one more record would exceed the maximum size, or if the
 * next record is of another tumbling window.
 */
function measureBatch(
  gathering: { record: Sequenced }[],
  { batch_size, payload_bytes, tumbling_ms }: DeliverySettings,
): { records: number; full: boolean } {
  let bytes = 0;
  const startOf = (record: Sequenced) =>
    tumbling_ms === undefined ? 0 : windowStart(record, tumbling_ms);
  const first = gathering[0]?.record;
  for (const [index, { record }] of gathering.entries()) {
    if (first !== undefined && startOf(record) !== startOf(first)) {
      return { records: index, full: true };
    }
    bytes += record.event_bytes;
    // A record that exceeds the limit is sent alone. Lambda refuses the payload, and the record is
    // discarded after the last retry.
    if (bytes > payload_bytes) return { records: Math.max(index, 1), full: true };
    if (index + 1 === batch_size) return { records: batch_size, full: true };
  }
  return { records: gathering.length, full: false };
}

/**
 * Moves the records that exceed the maximum age to a separate batch, which is discarded. These
 * records are at the start of the batch, because records are in the order of their arrival.
 */
function discardAged<Item extends Sequenced>(
  work: Batch<Item>[],
  now: number,
  max_age_ms: number,
): Batch<Item>[] {
  const [batch, ...later] = work;
  if (batch === undefined || batch.discard !== undefined) return work;
  const first_young = batch.records.findIndex(({ arrived_at }) => now - arrived_at <= max_age_ms);
  if (first_young === 0) return work;
  const count = first_young < 0 ? batch.records.length : first_young;
  const aged = { ...batch, records: batch.records.slice(0, count) };
  const rest = { ...batch, records: batch.records.slice(count) };
  return [
    { ...aged, discard: 'RecordAgeExceeded' },
    ...(rest.records.length > 0 ? [rest] : []),
    ...later,
  ];
}

function applyOutcome<Item extends Sequenced>(
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
  if (outcome.kind === 'failure') return { done: [], again: splitOrRetry(invoked, settings) };

  const from = batch.records.findIndex(
    ({ sequence_number }) => sequence_number === outcome.from_sequence_number,
  );
  const rest = { ...invoked, records: batch.records.slice(from) };
  // If bisecting is on, the batch is split before the failed record and not in the middle. Like any
  // split, this split does not count as a retry.
  const again = settings.bisect && from > 0 ? [rest] : [countRetry(rest, settings)];
  return { done: batch.records.slice(0, from), again };
}

function splitOrRetry<Item>(batch: Batch<Item>, settings: DeliverySettings): Batch<Item>[] {
  if (!settings.bisect || batch.records.length === 1) return [countRetry(batch, settings)];
  const middle = Math.ceil(batch.records.length / 2);
  return [
    { ...batch, records: batch.records.slice(0, middle) },
    { ...batch, records: batch.records.slice(middle) },
  ];
}

function countRetry<Item>(batch: Batch<Item>, { max_retries }: DeliverySettings): Batch<Item> {
  if (batch.retries >= max_retries) return { ...batch, discard: 'RetryAttemptsExhausted' };
  return { ...batch, retries: batch.retries + 1 };
}
