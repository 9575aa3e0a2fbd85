import { withSignal } from '../lib/timeout.ts';
import { ServiceError } from '../schemas/index.ts';

/** The deadline of one phase of a batch, for example of the analysis. */
export interface Deadline {
  /** Latest time at which a call may start, in epoch milliseconds. */
  at: number;
  /** Aborts when calls in flight are given up, at the time `at` or later. */
  signal: AbortSignal;
}

/**
 * Calls a service. If the deadline passes before the call returns, the function throws a retryable
 * error with the code `OutOfTime`. A call that is in flight at the deadline may still take effect,
 * so every call must be idempotent. Callers without a deadline pass `undefined`.
 *
 * @throws {ServiceError} if the call fails or the deadline passes.
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
