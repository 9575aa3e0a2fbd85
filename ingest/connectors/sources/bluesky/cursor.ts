import * as z from 'zod';

/** Where to go on. A `seq` belongs to one host. */
export const cursorSchema = z.object({
  host: z.string(),
  /** Absent while no event has come since the first connection. */
  seq: z.int().optional(),
  /** Time of the event, and of the newest sign of life after it, in epoch milliseconds. */
  event_at: z.number(),
  alive_at: z.number(),
});
export type Cursor = z.output<typeof cursorSchema>;

/** Events may come a little out of the order of their times, so a resumption by time goes back. */
const OVERLAP_MS = 60_000;
/** A `seq` that is older than this, while the connection was alive later, may have been forgotten. */
const QUIET_MS = 60_000;

/**
 * Returns the value of the parameter `cursor`: the `seq`, or a time in microseconds, which the service
 * tells from a `seq` by its size. On another host, the `seq` means nothing. A narrow filter leaves a
 * `seq` to age although nothing was lost, so the time of the last sign of life counts if it is later.
 */
export function chooseCursor(cursor: Cursor | undefined, host: string): number | undefined {
  if (cursor === undefined) return undefined;
  const { seq, event_at, alive_at } = cursor;
  const is_quiet = alive_at - event_at > QUIET_MS;
  if (cursor.host === host && !is_quiet && seq !== undefined) return seq;
  return ((is_quiet ? alive_at : event_at) - OVERLAP_MS) * 1_000;
}
