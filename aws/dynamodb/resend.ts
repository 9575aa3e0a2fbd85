import type { LimitFunction } from 'p-limit';
import { ServiceError } from '../../schemas/index.ts';

/** How often a rejected entry is sent before it counts as failed. */
const MAX_ROUNDS = 5;

/** Why a service did not take an entry. */
export interface Rejection {
  code: string;
  retryable: boolean;
  throttled: boolean;
}

export interface SendOptions<Entry> {
  /** Groups entries into calls. */
  pack: (entries: Entry[]) => Entry[][];
  /** One call: for each entry why it was rejected, or undefined. @throws {ServiceError} where the call failed. */
  send: (call: Entry[]) => Promise<(Rejection | undefined)[]>;
  limit: LimitFunction;
  pause: Pause;
}

/** Waits before rejected entries are sent again; `round` counts from 1. */
export type Pause = (round: number) => Promise<void>;

/**
 * Sends entries, and those again that a successful call rejected and may take the next time. A call that failed whole
 * is not repeated: the SDK has already repeated it with its own backoff.
 *
 * @returns the entries that were not taken.
 */
export async function sendAll<Entry>(
  entries: Entry[],
  { pack, send, limit, pause }: SendOptions<Entry>,
): Promise<Map<Entry, Rejection>> {
  const rejected = new Map<Entry, Rejection>();
  for (let open = entries, round = 1; open.length > 0; round += 1) {
    const answers = await Promise.all(pack(open).map((call) => limit(() => sendOnce(call, send))));
    const again: Entry[] = [];
    for (const { call, rejections, failed_whole } of answers) {
      for (const [i, entry] of call.entries()) {
        const rejection = rejections[i];
        if (rejection === undefined) continue;
        if (rejection.retryable && !failed_whole && round < MAX_ROUNDS) again.push(entry);
        else rejected.set(entry, rejection);
      }
    }
    if (again.length > 0) await pause(round);
    open = again;
  }
  return rejected;
}

async function sendOnce<Entry>(
  call: Entry[],
  send: SendOptions<Entry>['send'],
): Promise<{ call: Entry[]; rejections: (Rejection | undefined)[]; failed_whole: boolean }> {
  try {
    return { call, rejections: await send(call), failed_whole: false };
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    const rejection = { code, retryable, throttled };
    return { call, rejections: call.map(() => rejection), failed_whole: true };
  }
}

/** Groups of at most `size`. */
export function packed(size: number): <Entry>(entries: Entry[]) => Entry[][] {
  return (entries) =>
    Array.from({ length: Math.ceil(entries.length / size) }, (_, i) =>
      entries.slice(i * size, (i + 1) * size),
    );
}
