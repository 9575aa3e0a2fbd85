import { withSignal } from '../lib/timeout.ts';
import { ServiceError } from '../schemas/index.ts';

/** The moment at which a phase of a batch ends. Callers that have no such moment pass `undefined`. */
export interface Deadline {
  /** Epoch milliseconds. */
  at: number;
  /** Aborts at that moment. */
  signal: AbortSignal;
}

/**
 * Calls a service, unless the deadline passes first: then the call fails as `OutOfTime`, which is retryable. A call that
 * is in flight at the deadline may still take effect, so every effect must be repeatable.
 *
 * @throws {ServiceError}
 */
export async function callBefore<Value>(
  deadline: Deadline | undefined,
  service: string,
  call: () => Promise<Value>,
): Promise<Value> {
  if (deadline === undefined) return call();
  const { signal } = deadline;
  if (signal.aborted) throw outOfTime(service);
  try {
    return await withSignal(call(), signal);
  } catch (cause) {
    throw signal.aborted && cause === signal.reason ? outOfTime(service) : cause;
  }
}

function outOfTime(service: string): ServiceError {
  return new ServiceError(service, 'OutOfTime', { retryable: true });
}
