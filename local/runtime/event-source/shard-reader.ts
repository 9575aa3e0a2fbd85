import { pause } from '../pause.ts';
import type { Checkpoints } from './checkpoints.ts';
import { createDelivery, type DeliveryOptions } from './delivery.ts';
import type { StreamRecord } from './kinesis-event.ts';
import type { DeliverySettings } from './lane.ts';
import { createShardQueue } from './shard-queue.ts';
import type { Position, StreamSource } from './source.ts';

/** An event source mapping's settings. */
export interface MappingSettings extends DeliverySettings {
  parallelization_factor: number;
  report_item_failures: boolean;
  starting_position: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  /** Epoch ms, with `AT_TIMESTAMP`. */
  starting_timestamp?: number;
}

/** How often the stream is asked, in ms. */
export interface Pace {
  /** A shard that had nothing. */
  idle_ms: number;
  /** A shard that had something: AWS allows five reads a second. */
  busy_ms: number;
  /** After an error. */
  error_ms: number;
  /** For new shards. */
  refresh_ms: number;
}

export interface ShardStatus {
  shard_id: string;
  state: 'waiting_for_parents' | 'reading' | 'draining' | 'drained';
  checkpoint: string | null;
  unfinished: number;
  in_flight: number;
  /** Age of the oldest record that is read and not finished, in ms. */
  oldest_age_ms: number;
  /** When the shard was last asked and had nothing more, epoch ms: all that arrived before was read. */
  caught_up_at: number | null;
}

export interface ShardReader {
  status(): ShardStatus;
  /** Ends when reading stopped and nothing is in flight. */
  stopped(): Promise<void>;
}

export interface ShardReaderOptions
  extends Omit<DeliveryOptions, 'queue' | 'onProgress' | 'backoff' | 'report_item_failures'> {
  settings: MappingSettings;
  source: StreamSource;
  checkpoints: Checkpoints;
  pace: Pace;
  onDrained: () => void;
}

/** Reads one shard to its end, and its records to their end. Starts by itself; the signal `stopping` ends it. */
export function startShardReader(options: ShardReaderOptions): ShardReader {
  const { settings, source, shard_id, checkpoints, pace, now, stopping } = options;
  const queue = createShardQueue<StreamRecord>(settings);
  const limit = Math.min(
    10_000,
    Math.max(100, settings.batch_size * settings.parallelization_factor),
  );
  const most_bytes = settings.payload_bytes * (settings.parallelization_factor + 1);
  let state: ShardStatus['state'] = 'reading';
  let caught_up_at: number | undefined;
  let wake = () => {};
  stopping.addEventListener('abort', () => wake());

  const delivery = createDelivery({
    ...options,
    queue,
    backoff: settings.backoff,
    report_item_failures: settings.report_item_failures,
    onProgress() {
      const sequence_number = queue.checkpoint();
      if (sequence_number !== undefined) checkpoints.set(shard_id, { sequence_number });
      wake();
      drainedYet();
    },
  });

  const drainedYet = () => {
    if (state !== 'draining' || queue.unfinished() > 0) return;
    state = 'drained';
    checkpoints.set(shard_id, { ...checkpoints.of(shard_id), drained: true });
    options.onDrained();
  };

  /** Waits while what was read and not finished is all that memory should hold. */
  const room = async () => {
    while (!stopping.aborted && isFull()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const isFull = () => queue.unfinished() >= 2 * limit || queue.unfinishedBytes() >= most_bytes;

  const reading = (async () => {
    let position = startOf(settings, checkpoints, shard_id);
    let iterator: string | undefined;
    while (!stopping.aborted) {
      await room();
      if (stopping.aborted) return;
      try {
        iterator ??= await source.iterator(shard_id, position);
        const asked_at = now();
        const { records, next } = await source.records(iterator, limit);
        options.onProblem(undefined);
        const last = records.at(-1);
        caught_up_at = last === undefined ? asked_at : undefined;
        if (last !== undefined) {
          position = { type: 'AFTER_SEQUENCE_NUMBER', sequence_number: last.sequence_number };
          queue.add(records, now());
          delivery.pump();
        }
        if (next === undefined) break;
        iterator = next;
        if (records.length < limit) {
          await pause(last === undefined ? pace.idle_ms : pace.busy_ms, stopping);
        }
      } catch (cause) {
        // Iterators live five minutes; a new one takes up where the last page ended.
        iterator = undefined;
        if ((cause as Error).name === 'ExpiredIteratorException') continue;
        options.onProblem(cause);
        await pause(pace.error_ms, stopping);
      }
    }
    if (stopping.aborted) return;
    state = 'draining';
    drainedYet();
  })();

  return {
    status: () => ({
      shard_id,
      state,
      checkpoint: checkpoints.of(shard_id).sequence_number ?? null,
      unfinished: queue.unfinished(),
      in_flight: queue.inFlight(),
      oldest_age_ms: now() - (queue.oldestArrival() ?? now()),
      caught_up_at: state === 'drained' ? now() : (caught_up_at ?? null),
    }),
    async stopped() {
      await reading;
      await delivery.settled();
    },
  };
}

/** `LATEST` is a moment, not a place: after a restart without a checkpoint it is still the same one. */
function startOf(settings: MappingSettings, checkpoints: Checkpoints, shard_id: string): Position {
  const { sequence_number } = checkpoints.of(shard_id);
  if (sequence_number !== undefined) return { type: 'AFTER_SEQUENCE_NUMBER', sequence_number };
  if (settings.starting_position === 'TRIM_HORIZON') return { type: 'TRIM_HORIZON' };
  const given =
    settings.starting_position === 'AT_TIMESTAMP' ? settings.starting_timestamp : undefined;
  return { type: 'AT_TIMESTAMP', timestamp: given ?? checkpoints.started_at };
}
