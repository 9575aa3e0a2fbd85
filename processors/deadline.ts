import { withSignal } from '../lib/timeout.ts';
import { ServiceError } from '../schemas/index.ts';

/** The deadline of a phase of a batch. Callers without a deadline pass `undefined`. */
export interface Deadline {
  /** Epoch milliseconds. */
  at: number;
  /** Aborts at that moment. */
  signal: AbortSignal;
}

/**
 * Calls a service, unless the deadline passes first: then the call fails as `OutOfTime`, which is retryable. A call
 * in flight at the deadline may still take effect, so every effect must be idempotent.
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
