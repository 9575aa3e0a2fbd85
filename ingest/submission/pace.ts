import type { BulkLoad } from '../../jobs/bulk-load.ts';

/** Decides when a submission may publish more records. */
export interface Pace {
  /**
   * Waits until the bulk stream has room for more records.
   *
   * @returns false if the time of the invocation is up before there is room.
   */
  waitForRoom(isTimeUp: () => boolean): Promise<boolean>;
  /** Returns whether the bulk stream has room for more records now. */
  hasRoom(): Promise<boolean>;
  /**
   * Takes room for the records that the caller is about to publish, after it found that there is room.
   * Rows that are not published take none: no consumer would ever report them.
   */
  takeRoom(records: number): void;
}

export interface PaceDeps {
  /** Reads what the consumers of the bulk stream report. */
  readLoad: () => Promise<BulkLoad>;
  /** Number of documents that the analyzer's quota allows per second. */
  documents_per_second: number;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<unknown>;
}

/**
 * Lag at which a submission publishes as fast as the consumers work, in milliseconds. Below it, the
 * consumers could run out of records between two invocations of a submission. Above it, a job that
 * arrives later waits longer for its first result.
 */
const TARGET_LAG_MS = 60_000;
/** The target is at least this many batches, because a lag is known only when a batch begins or ends. */
const TARGET_BATCHES = 3;
/** Time between two reads of the load while there is no room, in milliseconds. */
const LOOK_AGAIN_MS = 2_000;
/**
 * Time in which a consumer reports that it has begun a batch with a published record, in
 * milliseconds. If none does, the consumers do not run, and more records would only wait.
 */
const SILENCE_MS = 30_000;

/**
 * Returns the rate at which one submission publishes, in records per second. The rate is twice the
 * throughput of the consumers while they wait for records. It falls with the lag, and is 0 at twice
 * the target. A rate that follows the lag needs no memory of earlier invocations, and several
 * submissions share the stream equally without knowing of each other.
 */
export function publishRate(load: BulkLoad, documents_per_second: number): number {
  const target_ms = Math.max(TARGET_LAG_MS, TARGET_BATCHES * load.batch_ms);
  const throughput = load.records_per_second ?? documents_per_second;
  return throughput * Math.max(0, 2 - load.lag_ms / target_ms);
}

/** Creates the pace of one submission. The submission of one invocation has one pace. */
export function createPace(deps: PaceDeps): Pace {
  const { readLoad, documents_per_second, now, sleep } = deps;
  let room_at = 0;
  let rate = 0;
  /** Time of the first record that no report of a consumer has followed. */
  let unanswered_since: number | undefined;

  const readRate = async () => {
    const load = await readLoad();
    if (unanswered_since !== undefined && load.reported_at >= unanswered_since) {
      unanswered_since = undefined;
    }
    // While a batch is in progress, the lag says all.
    const is_silent =
      load.lag_ms === 0 && unanswered_since !== undefined && now() - unanswered_since > SILENCE_MS;
    return is_silent ? 0 : publishRate(load, documents_per_second);
  };

  const hasRoom = async () => {
    rate = await readRate();
    return rate > 0 && now() >= room_at;
  };

  return {
    hasRoom,
    takeRoom(records) {
      if (records === 0) return;
      room_at = Math.max(room_at, now() - LOOK_AGAIN_MS) + (records / rate) * 1_000;
      unanswered_since ??= now();
    },
    async waitForRoom(isTimeUp) {
      while (!(await hasRoom())) {
        if (isTimeUp()) return false;
        const left_ms = room_at - now();
        await sleep(left_ms > 0 ? Math.min(LOOK_AGAIN_MS, Math.ceil(left_ms)) : LOOK_AGAIN_MS);
      }
      return true;
    },
  };
}
