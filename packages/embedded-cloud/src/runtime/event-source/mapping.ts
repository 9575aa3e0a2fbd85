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
  /** The folder of the checkpoints. */
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
  /** Every shard was read to its end, and no record is unfinished. */
  idle: boolean;
  /** All records that arrived before this time were read, epoch ms; null where a shard has not been read to its end. */
  caught_up_at: number | null;
  shards: ShardStatus[];
}

/** A running event source mapping of a stream. */
export interface Mapping {
  status(): MappingStatus;
  /** Stops reading, and waits until nothing is in flight and the checkpoints are on the disk. */
  stop(): Promise<void>;
}

/** Lambda polls an empty shard once a second. The other times are choices of this project. */
const PACE: Pace = { idle_ms: 1_000, busy_ms: 200, error_ms: 1_000, refresh_ms: 30_000 };

/** Reads the stream's shards, parents before children, and delivers their records to the function. */
export function startMapping(options: MappingOptions): Mapping {
  const { source, destination, now, pace = PACE } = options;
  const stopping = new AbortController();
  // Every shard, and every wait of it, listens to this signal.
  setMaxListeners(0, stopping.signal);
  const readers = new Map<string, ShardReader>();
  const counters = newCounters();
  let waiting: Shard[] = [];
  let checkpoints: Checkpoints | undefined;
  let problem: string | undefined;
  let refreshNow = () => {};

  const onProblem = (cause: unknown) => {
    problem = cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
  };
  const connect = async () => {
    const { created_at } = await source.describe();
    await destination?.check();
    return openCheckpoints({
      path: join(options.directory, `${options.mapping_id}.json`),
      stream_created_at: created_at,
      now,
    });
  };
  const startReader = (shard_id: string, known: Checkpoints) =>
    startShardReader({
      ...options,
      origin: { stream_arn: source.stream_arn, role_arn: options.role_arn },
      shard_id,
      checkpoints: known,
      counters,
      pace,
      stopping: stopping.signal,
      onProblem,
      onDrained: () => refreshNow(),
    });
  /** Starts the shards whose parents are drained. */
  const refresh = async (known: Checkpoints) => {
    const shards = await source.shards();
    known.keep(shards.map(({ shard_id }) => shard_id));
    const { ready, blocked } = sortShards(shards, known);
    waiting = blocked;
    for (const { shard_id } of ready) {
      if (!readers.has(shard_id)) readers.set(shard_id, startReader(shard_id, known));
    }
  };
  const supervise = async () => {
    const wait = new AbortController();
    refreshNow = () => wait.abort();
    try {
      checkpoints ??= await connect();
      await refresh(checkpoints);
      await pause(pace.refresh_ms, AbortSignal.any([stopping.signal, wait.signal]));
    } catch (cause) {
      onProblem(cause);
      await pause(pace.error_ms, stopping.signal);
    }
  };
  const supervising = (async () => {
    while (!stopping.signal.aborted) await supervise();
  })();

  return {
    status: () => ({
      mapping_id: options.mapping_id,
      function_arn: options.function_arn,
      stream_arn: source.stream_arn,
      last_processing_result: problem === undefined ? 'OK' : `PROBLEM: ${problem}`,
      ...counters,
      ...summarizeShards([
        ...[...readers.values()].map((reader) => reader.status()),
        ...waiting.map(waitingStatus),
      ]),
    }),
    async stop() {
      stopping.abort();
      await supervising;
      await Promise.all([...readers.values()].map((reader) => reader.waitUntilStopped()));
      await checkpoints?.flush();
      source.close();
      destination?.close();
    },
  };
}

/** Drained shards are left out. A shard is blocked while the stream still lists a parent that is not drained. */
function sortShards(shards: Shard[], checkpoints: Checkpoints) {
  const listed = new Set(shards.map(({ shard_id }) => shard_id));
  const isDrained = (shard_id: string) => checkpoints.of(shard_id).drained === true;
  const isOver = (parent: string) => !listed.has(parent) || isDrained(parent);
  const open = shards.filter(({ shard_id }) => !isDrained(shard_id));
  return {
    ready: open.filter(({ parents }) => parents.every(isOver)),
    blocked: open.filter(({ parents }) => !parents.every(isOver)),
  };
}

function summarizeShards(shards: ShardStatus[]) {
  const times = shards.map((shard) => shard.caught_up_at);
  const isCaughtUp = times.length > 0 && times.every((time) => time !== null);
  return {
    in_flight: shards.reduce((sum, shard) => sum + shard.in_flight, 0),
    idle: isCaughtUp && shards.every((shard) => shard.unfinished === 0),
    caught_up_at: isCaughtUp ? Math.min(...times) : null,
    shards,
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

function waitingStatus({ shard_id }: Shard): ShardStatus {
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
