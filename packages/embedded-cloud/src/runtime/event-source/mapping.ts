import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import type { DeliveryCounters } from './delivery.ts';
import {
  type MappingSettings,
  type Pace,
  type ShardReader,
  type ShardStatus,
  startShardReader,
} from './shard-reader.ts';
import type { FailureDestination, Shard, StreamSource } from './source.ts';

export interface MappingOptions {
  mapping_id: string;
  function_arn: string;
  role_arn: string;
  settings: MappingSettings;
  source: StreamSource;
  destination?: FailureDestination | undefined;
  /** Invokes the function; never throws. */
  invoke: (payload: string) => Promise<Invocation>;
  /** Where checkpoints are kept. */
  directory: string;
  now: () => number;
  pace?: Pace;
}

export interface MappingStatus extends DeliveryCounters {
  mapping_id: string;
  function_arn: string;
  stream_arn: string;
  /** `OK`, or `PROBLEM: …` with the last error's name and message, as Lambda's LastProcessingResult. */
  last_processing_result: string;
  in_flight: number;
  /** Every shard was read to its end and nothing is unfinished. */
  idle: boolean;
  /** All records that arrived before were read, epoch ms; null where a shard has not come that far. */
  caught_up_at: number | null;
  shards: ShardStatus[];
}

/** An event source mapping at work. */
export interface Mapping {
  status(): MappingStatus;
  /** Reads and invokes no more; ends when nothing is in flight and the checkpoints are on the disk. */
  stop(): Promise<void>;
}

/** One poll a second where nothing comes, as Lambda polls; the rest is this project's. */
const PACE: Pace = { idle_ms: 1_000, busy_ms: 200, error_ms: 1_000, refresh_ms: 30_000 };

/** Starts to read the stream's shards, parents before children, and to hand their records to the function. */
export function startMapping(options: MappingOptions): Mapping {
  const { source, destination, now, pace = PACE } = options;
  const stop = new AbortController();
  // Every shard listens, and so does each of its waits.
  setMaxListeners(0, stop.signal);
  const readers = new Map<string, ShardReader>();
  const counters = newCounters();
  let waiting: Shard[] = [];
  let checkpoints: Checkpoints | undefined;
  let problem: string | undefined;
  let refresh_now = () => {};

  const onProblem = (cause: unknown) => {
    problem = cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
  };

  const connect = async () => {
    const { created_at } = await source.describe();
    await destination?.check();
    checkpoints = await openCheckpoints({
      path: join(options.directory, `${options.mapping_id}.json`),
      stream_created_at: created_at,
      now,
    });
  };

  const refresh = async (known: Checkpoints) => {
    const shards = await source.shards();
    const listed = new Set(shards.map(({ shard_id }) => shard_id));
    known.keep([...listed]);
    const isOver = (parent: string) => !listed.has(parent) || known.of(parent).drained === true;
    waiting = [];
    for (const shard of shards) {
      if (readers.has(shard.shard_id) || known.of(shard.shard_id).drained === true) continue;
      if (!shard.parents.every(isOver)) waiting.push(shard);
      else readers.set(shard.shard_id, start(shard.shard_id, known));
    }
  };

  const start = (shard_id: string, known: Checkpoints) =>
    startShardReader({
      ...options,
      origin: { stream_arn: source.stream_arn, role_arn: options.role_arn },
      shard_id,
      checkpoints: known,
      counters,
      pace,
      stopping: stop.signal,
      onProblem,
      onDrained: () => refresh_now(),
    });

  const supervising = (async () => {
    while (!stop.signal.aborted) {
      const wait = new AbortController();
      refresh_now = () => wait.abort();
      try {
        if (checkpoints === undefined) await connect();
        if (checkpoints !== undefined) await refresh(checkpoints);
        await pause(pace.refresh_ms, AbortSignal.any([stop.signal, wait.signal]));
      } catch (cause) {
        onProblem(cause);
        await pause(pace.error_ms, stop.signal);
      }
    }
  })();

  return {
    status() {
      const shards = [
        ...[...readers.values()].map((reader) => reader.status()),
        ...waiting.map(notYet),
      ];
      const times = shards.map((shard) => shard.caught_up_at);
      const caught_up_at =
        times.length > 0 && times.every((time) => time !== null) ? Math.min(...times) : null;
      return {
        mapping_id: options.mapping_id,
        function_arn: options.function_arn,
        stream_arn: source.stream_arn,
        last_processing_result: problem === undefined ? 'OK' : `PROBLEM: ${problem}`,
        ...counters,
        in_flight: shards.reduce((sum, shard) => sum + shard.in_flight, 0),
        idle: caught_up_at !== null && shards.every((shard) => shard.unfinished === 0),
        caught_up_at,
        shards,
      };
    },
    async stop() {
      stop.abort();
      await supervising;
      await Promise.all([...readers.values()].map((reader) => reader.stopped()));
      await checkpoints?.written();
      source.close();
      destination?.close();
    },
  };
}

function newCounters(): DeliveryCounters {
  return {
    invocations: 0,
    records_delivered: 0,
    failed_invocations: 0,
    partial_invocations: 0,
    throttled_invocations: 0,
    records_discarded: 0,
    reports_refused: 0,
    iterator_age_ms: 0,
  };
}

function notYet({ shard_id }: Shard): ShardStatus {
  return {
    shard_id,
    state: 'waiting_for_parents',
    checkpoint: null,
    unfinished: 0,
    in_flight: 0,
    oldest_age_ms: 0,
    caught_up_at: null,
  };
}
