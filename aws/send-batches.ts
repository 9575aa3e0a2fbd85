import type { LimitFunction } from 'p-limit';
import type { Pause } from '../lib/backoff.ts';
import { ServiceError } from '../schemas/index.ts';

/** Maximum number of times that an entry is sent before the entry counts as failed. */
const MAX_ATTEMPTS = 5;

/** The reason why a service did not accept an entry. */
export interface Rejection {
  code: string;
  retryable: boolean;
  throttled: boolean;
}

export interface BatchOptions<Entry> {
  /** Splits entries into calls. */
  split: (entries: Entry[]) => Entry[][];
  /**
   * Makes one call. Returns an answer for each entry, in the order of the call. The answer is the
   * reason of the rejection, or undefined if the service accepted the entry.
   *
   * @throws {ServiceError} if the whole call failed.
   */
  send: (call: Entry[]) => Promise<(Rejection | undefined)[]>;
  limit: LimitFunction;
  pause: Pause;
}

/**
 * Sends entries in batches. If a successful call rejects some entries, the function sends the
 * entries with retryable rejections again. A call that failed as a whole is not repeated, because
 * the SDK has already repeated the call with its own backoff.
 *
 * @returns the entries that the service did not accept, with the reasons.
 */
export async function sendBatches<Entry>(
  entries: Entry[],
  options: BatchOptions<Entry>,
): Promise<Map<Entry, Rejection>> {
  const rejected = new Map<Entry, Rejection>();
  for (let open = entries, attempt = 1; open.length > 0; attempt += 1) {
    const answers = await sendOnce(open, options);
    open = [];
    for (const { entry, rejection, is_final } of answers) {
      if (rejection === undefined) continue;
      const may_help = rejection.retryable && !is_final && attempt < MAX_ATTEMPTS;
      if (may_help) open.push(entry);
      else rejected.set(entry, rejection);
    }
    if (open.length > 0) await options.pause(attempt);
  }
  return rejected;
}

interface Answer<Entry> {
  entry: Entry;
  rejection: Rejection | undefined;
  /** True if the call failed as a whole. */
  is_final: boolean;
}

async function sendOnce<Entry>(
  entries: Entry[],
  { split, send, limit }: BatchOptions<Entry>,
): Promise<Answer<Entry>[]> {
  const answers = split(entries).map((call) => limit(() => sendCall(call, send)));
  return (await Promise.all(answers)).flat();
}

async function sendCall<Entry>(
  call: Entry[],
  send: BatchOptions<Entry>['send'],
): Promise<Answer<Entry>[]> {
  try {
    const rejections = await send(call);
    return call.map((entry, i) => ({ entry, rejection: rejections[i], is_final: false }));
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    const rejection = { code, retryable, throttled };
    return call.map((entry) => ({ entry, rejection, is_final: true }));
  }
}

/**
 * Converts the first rejection to an error. Returns undefined if the service accepted all entries.
 */
export function firstError(
  service: string,
  rejected: Map<unknown, Rejection>,
): ServiceError | undefined {
  const [rejection] = rejected.values();
  return rejection && new ServiceError(service, rejection.code, rejection);
}
