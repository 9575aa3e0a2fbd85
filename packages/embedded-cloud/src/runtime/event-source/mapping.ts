import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import type { DeliveryCounters } from './delivery.ts';
import { type MappingSettings, type Pace, startShardReader } from './shard-reader.ts';
import { createShardSet, type ShardSetStatus } from './shard-set.ts';
import type { FailureDestination, StreamSource } from './source.ts';

export interface MappingOptions {
  mapping_id: string;
  function_arn: string;
  role_arn: string;
  settings: MappingSettings;
  source: StreamSource;
  destination?: FailureDestination | undefined;
  /** Invokes the function. The returned promise never rejects. */
  invoke: (payload: string) => Promise<Invocation>;
  /** Path of the folder that contains the checkpoints. */
  directory: string;
  now: () => number;
  pace?: Pace;
}

export interface MappingStatus extends DeliveryCounters, ShardSetStatus {
  mapping_id: string;
  function_arn: string;
  stream_arn: string;
  /**
   * `OK`, or `PROBLEM: …` with the name and message of the last error, as in Lambda's
   * LastProcessingResult.
   */
  last_processing_result: string;
}

/** A running event source mapping of a stream. */
export interface Mapping {
  status(): MappingStatus;
  /**
   * Stops reading, and waits until no batch is in flight and the checkpoints are written to the
   * disk.
   */
  stop(): Promise<void>;
}

/**
 * Intervals of the mapping. Lambda polls an empty shard of Kinesis once per second. The other
 * intervals were chosen for this project.
 */
const PACE: Pace = { idle_ms: 1_000, busy_ms: 200, error_ms: 1_000, refresh_ms: 30_000 };

/**
 * Intervals of the mapping of a table's stream. Lambda polls an empty shard four times per second.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const TABLE_STREAM_PACE: Pace = { ...PACE, idle_ms: 250 };

/**
 * Starts a mapping, which reads the shards of a stream and delivers their records to the function.
 * Parent shards are read before child shards.
 */
export function startMapping(options: MappingOptions): Mapping {
  const { source, destination, pace = PACE } = options;
  const stopping = new AbortController();
  // Node.js's warning about many listeners is turned off, because every shard adds listeners to
  // this signal.
  setMaxListeners(0, stopping.signal);
  const counters = newCounters();
  let checkpoints: Checkpoints | undefined;
  let problem: string | undefined;
  let refreshNow = () => {};

  const onProblem = (cause: unknown) => {
    problem = cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
  };
  const shards = createShardSet((shard_id, known) =>
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
    }),
  );
  const refresh = async () => {
    const wait = new AbortController();
    refreshNow = () => wait.abort();
    try {
      checkpoints ??= await connect(options);
      const listed = await source.shards();
      checkpoints.keep(listed.map(({ shard_id }) => shard_id));
      shards.update(listed, checkpoints);
      await pause(pace.refresh_ms, AbortSignal.any([stopping.signal, wait.signal]));
    } catch (cause) {
      onProblem(cause);
      await pause(pace.error_ms, stopping.signal);
    }
  };
  const refreshing = (async () => {
    while (!stopping.signal.aborted) await refresh();
  })();

  return {
    status: () => ({
      mapping_id: options.mapping_id,
      function_arn: options.function_arn,
      stream_arn: source.stream_arn,
      last_processing_result: problem === undefined ? 'OK' : `PROBLEM: ${problem}`,
      ...counters,
      ...shards.status(),
    }),
    async stop() {
      stopping.abort();
      await refreshing;
      await shards.waitUntilStopped();
      await checkpoints?.flush();
      destination?.close();
    },
  };
}

/** Checks access to the stream and to the failure destination, and reads the checkpoints. */
async function connect({ source, destination, directory, mapping_id, now }: MappingOptions) {
  const { created_at } = await source.describe();
  await destination?.check();
  const path = join(directory, `${mapping_id}.json`);
  return openCheckpoints({ path, stream_created_at: created_at, now });
}

function newCounters(): DeliveryCounters {
  return {
    invocations: 0,
    records_delivered: 0,
    records_filtered_out: 0,
    failed_invocations: 0,
    partial_invocations: 0,
    throttled_invocations: 0,
    records_discarded: 0,
    reports_refused: 0,
    iterator_age_ms: 0,
  };
}
