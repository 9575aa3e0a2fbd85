import { pause } from '../pause.ts';
import type { Checkpoints } from './checkpoints.ts';
import { createDelivery, type DeliveryOptions } from './delivery.ts';
import type { DeliverySettings } from './lane.ts';
import { createShardQueue, type ShardQueue } from './shard-queue.ts';
import type { Position, StreamSource } from './source.ts';
import type { StreamRecord } from './stream-record.ts';
import { createTumblingWindow } from './tumbling-window.ts';

/** All settings of the event source mapping of a stream. */
export interface MappingSettings extends DeliverySettings {
  parallelization_factor: number;
  report_item_failures: boolean;
  starting_position: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  /** Time at which reading starts, in milliseconds since 1970. Used only with `AT_TIMESTAMP`. */
  starting_timestamp?: number;
  /**
   * Returns whether a record with this data is delivered. The mapping passes over all other
   * records. Absent if all records are delivered.
   */
  isWanted?: (data: string) => boolean;
}

/** Intervals at which a mapping reads its stream, in milliseconds. */
export interface Pace {
  /** Wait after a page without records. */
  idle_ms: number;
  /** Wait after a page with records. AWS allows five reads per second for each shard. */
  busy_ms: number;
  /** Wait after an error of the stream. */
  error_ms: number;
  /** Interval between two checks for new shards. */
  refresh_ms: number;
}

export interface ShardStatus {
  shard_id: string;
  state: 'waiting_for_parents' | 'reading' | 'draining' | 'drained';
  checkpoint: string | null;
  unfinished: number;
  in_flight: number;
  /** Age of the oldest unfinished record, in milliseconds. */
  oldest_age_ms: number;
  /**
   * A time in milliseconds since 1970. The mapping has read all records that arrived in the shard
   * before this time. The value is null if the shard may have unread records.
   */
  caught_up_at: number | null;
}

export interface ShardReader {
  status(): ShardStatus;
  /** Resolves after reading has stopped and no batch is in flight. */
  waitUntilStopped(): Promise<void>;
}

export interface ShardReaderOptions
  extends Omit<
    DeliveryOptions,
    'queue' | 'onProgress' | 'backoff' | 'report_item_failures' | 'tumbling_window'
  > {
  settings: MappingSettings;
  source: StreamSource;
  checkpoints: Checkpoints;
  pace: Pace;
  onDrained: () => void;
}

/**
 * Starts to read one shard and to deliver its records. Reading ends when the shard is drained or
 * the signal `stopping` aborts.
 */
export function startShardReader(options: ShardReaderOptions): ShardReader {
  const { settings, shard_id, checkpoints, counters, now, stopping } = options;
  const { isWanted = () => true } = settings;
  const queue = createShardQueue<StreamRecord>(settings);
  let state: ShardStatus['state'] = 'reading';
  let caught_up_at: number | undefined;
  let wake = () => {};
  stopping.addEventListener('abort', () => wake());

  const checkDrained = () => {
    if (state !== 'draining' || queue.countUnfinished() > 0) return;
    state = 'drained';
    checkpoints.set(shard_id, { ...checkpoints.of(shard_id), drained: true });
    options.onDrained();
  };
  const saveCheckpoint = () => {
    const sequence_number = queue.checkpoint();
    if (sequence_number !== undefined) checkpoints.set(shard_id, { sequence_number });
  };
  const delivery = createDelivery({
    ...options,
    queue,
    backoff: settings.backoff,
    report_item_failures: settings.report_item_failures,
    tumbling_window: openWindow(options),
    onProgress() {
      saveCheckpoint();
      wake();
      checkDrained();
    },
  });

  const reading = readShard(options, {
    isFull: memoryLimit(settings, queue),
    progress: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    onNothingNew(at) {
      caught_up_at = at;
    },
    onPage(records, asked_at) {
      caught_up_at = records.length === 0 ? asked_at : undefined;
      // Lambda filters before it gathers a batch, and the iterator moves past what it leaves out.
      const left_out = queue.add(records, now(), ({ data }) => isWanted(data));
      counters.records_filtered_out += left_out;
      if (left_out > 0) saveCheckpoint();
      delivery.pump();
    },
  }).then((is_over) => {
    if (!is_over) return;
    state = 'draining';
    checkDrained();
  });

  return {
    status: () => ({
      shard_id,
      state,
      checkpoint: checkpoints.of(shard_id).sequence_number ?? null,
      unfinished: queue.countUnfinished(),
      in_flight: queue.inFlight(),
      oldest_age_ms: now() - (queue.oldestArrival() ?? now()),
      caught_up_at: state === 'drained' ? now() : (caught_up_at ?? null),
    }),
    async waitUntilStopped() {
      await reading;
      await delivery.waitUntilIdle();
    },
  };
}

/** Creates the tumbling window of the shard, if the mapping has one. */
function openWindow({ settings, shard_id, origin }: ShardReaderOptions) {
  const { tumbling_ms: length_ms } = settings;
  if (length_ms === undefined) return undefined;
  return createTumblingWindow({ length_ms, shard_id, stream_arn: origin.stream_arn });
}

/**
 * Returns the maximum number of records of one page. A page can fill a batch for each lane, within
 * the limits of GetRecords.
 */
function pageLimit({ batch_size, parallelization_factor }: MappingSettings): number {
  return Math.min(10_000, Math.max(100, batch_size * parallelization_factor));
}

/**
 * Creates a function that returns whether the unfinished records in memory have reached the limit.
 * Reading pauses at the limit, and the unread records stay in the stream.
 */
function memoryLimit(settings: MappingSettings, queue: ShardQueue<StreamRecord>): () => boolean {
  const most_records = 2 * pageLimit(settings);
  const most_bytes = settings.payload_bytes * (settings.parallelization_factor + 1);
  return () => queue.countUnfinished() >= most_records || queue.unfinishedBytes() >= most_bytes;
}

interface Reading {
  isFull(): boolean;
  /** Resolves when a record is finished or the mapping stops. */
  progress(): Promise<void>;
  onPage(records: StreamRecord[], asked_at: number): void;
  /** The shard had nothing more to read at a time in epoch milliseconds. */
  onNothingNew(at: number): void;
}

/**
 * Maximum time without a call to the service while a shard has nothing new, in milliseconds. An
 * iterator expires after five minutes.
 */
const MOST_WITHOUT_CALL_MS = 30_000;

/**
 * Waits after a page without records, for as long as Lambda waits between two polls. While the service
 * is known to have nothing new, the mapping leaves the poll out and waits again, because the polls of a
 * stack that has nothing to do would take a fifth of a processor core.
 *
 * @param end of the shard before the page was read, if it is known
 */
async function waitForNews(
  { source, shard_id, pace, stopping, now }: ShardReaderOptions,
  { onNothingNew }: Reading,
  end: string | undefined,
): Promise<void> {
  const until = now() + MOST_WITHOUT_CALL_MS;
  for (;;) {
    await pause(pace.idle_ms, stopping);
    const at = now();
    if (stopping.aborted || end === undefined || at > until) return;
    if (source.endOf?.(shard_id) !== end) return;
    onNothingNew(at);
  }
}

/**
 * Reads the pages of one shard.
 * @returns true if the shard is closed and was read to its end, or false if the mapping stopped
 * before the end.
 */
async function readShard(options: ShardReaderOptions, reading: Reading): Promise<boolean> {
  const { source, shard_id, pace, stopping } = options;
  const limit = pageLimit(options.settings);
  let position = startOf(options);
  let iterator: string | undefined;
  while (!stopping.aborted) {
    if (reading.isFull()) {
      await reading.progress();
      continue;
    }
    try {
      iterator ??= await source.iterator(shard_id, position);
      const asked_at = options.now();
      const end = source.endOf?.(shard_id);
      const { records, next, is_at_end = false } = await source.records(iterator, limit);
      options.onProblem(undefined);
      const sequence_number = records.at(-1)?.sequence_number;
      if (sequence_number !== undefined) {
        position = { type: 'AFTER_SEQUENCE_NUMBER', sequence_number };
      }
      reading.onPage(records, asked_at);
      if (next === undefined) return true;
      iterator = next;
      if (records.length === 0) await waitForNews(options, reading, is_at_end ? end : undefined);
      else if (records.length < limit) await pause(pace.busy_ms, stopping);
    } catch (cause) {
      // An iterator expires after five minutes. The next iterator starts after the last record that
      // was read.
      iterator = undefined;
      if ((cause as Error).name === 'ExpiredIteratorException') continue;
      options.onProblem(cause);
      await pause(pace.error_ms, stopping);
    }
  }
  return false;
}

/**
 * Returns the position at which reading starts. Without a checkpoint, `LATEST` means the time of
 * the mapping's first start, even if the mapping was restarted since.
 */
function startOf({ settings, checkpoints, shard_id }: ShardReaderOptions): Position {
  const { sequence_number } = checkpoints.of(shard_id);
  if (sequence_number !== undefined) return { type: 'AFTER_SEQUENCE_NUMBER', sequence_number };
  if (settings.starting_position === 'TRIM_HORIZON') return { type: 'TRIM_HORIZON' };
  const given =
    settings.starting_position === 'AT_TIMESTAMP' ? settings.starting_timestamp : undefined;
  return { type: 'AT_TIMESTAMP', timestamp: given ?? checkpoints.started_at };
}
