import { type Batch, type Sequenced, windowStart } from './lane.ts';

/** Largest state that a window can hand on, in bytes. */
const MAX_STATE_BYTES = 1024 * 1024;

/**
 * The tumbling window of one shard. Lambda hands the state that an invocation returns to the next
 * invocation of the same window, and ends a window with an invocation without records.
 *
 * Here the window ends when records of a later window are delivered. Lambda also ends it after two
 * minutes without records. The state is lost when the mapping stops.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 */
export interface TumblingWindow {
  /** Returns the event that ends the window before a batch, or undefined if none is open. */
  endBefore(batch: Batch<Sequenced>): object | undefined;
  /** Forgets the window that has been ended. */
  close(): void;
  /** Adds the fields of the window to the event of a batch, which is a JSON object. */
  extend(event: string, batch: Batch<Sequenced>): string;
  /**
   * Keeps the state that an invocation returned. Returns false if the answer has no state, or one
   * that is too large. Lambda then regards the invocation as failed.
   */
  keep(payload: string): boolean;
}

export function createTumblingWindow(options: {
  length_ms: number;
  shard_id: string;
  stream_arn: string;
}): TumblingWindow {
  const { length_ms, shard_id, stream_arn } = options;
  let open: { start: number; state: object } | undefined;
  const startOf = ({ records }: Batch<Sequenced>) => {
    const first = records[0];
    if (first === undefined) throw new Error('The batch has no records.');
    return windowStart(first, length_ms);
  };
  const fields = (start: number, state: object, isFinalInvokeForWindow: boolean) => ({
    window: {
      start: new Date(start).toISOString(),
      end: new Date(start + length_ms).toISOString(),
    },
    state,
    shardId: shard_id,
    eventSourceARN: stream_arn,
    isFinalInvokeForWindow,
    isWindowTerminatedEarly: false,
  });
  return {
    endBefore(batch) {
      if (open === undefined || open.start >= startOf(batch)) return undefined;
      return { Records: [], ...fields(open.start, open.state, true) };
    },
    close() {
      open = undefined;
    },
    extend(event, batch) {
      open ??= { start: startOf(batch), state: {} };
      // The event may have megabytes, and is not parsed for its new fields.
      const added = JSON.stringify(fields(open.start, open.state, false));
      return `${event.slice(0, -1)},${added.slice(1)}`;
    },
    keep(payload) {
      const { state } = (JSON.parse(payload) ?? {}) as { state?: unknown };
      if (typeof state !== 'object' || state === null || open === undefined) return false;
      if (Buffer.byteLength(JSON.stringify(state)) > MAX_STATE_BYTES) return false;
      open.state = state;
      return true;
    },
  };
}
