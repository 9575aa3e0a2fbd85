import type { LambdaFunction } from './function.ts';

/**
 * Delays of the two retries after an error of the function, in milliseconds.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const RETRY_MS = [60_000, 120_000];
/** Delay after a throttle. Lambda begins with 1 s and waits up to 5 minutes. */
const THROTTLED_MS = { first: 1_000, most: 300_000 };
/** Age at which Lambda discards an event that it could not process. */
const MOST_AGE_MS = 6 * 3_600_000;

/** Invokes functions as Lambda does for an asynchronous invocation, in its own time. */
export interface AsyncInvoker {
  /** Puts an event into the queue of a function. */
  invoke(lambda: Pick<LambdaFunction, 'invoke'>, payload: string): void;
  /** Drops the events that wait for a retry. */
  stop(): void;
}

/**
 * Creates the invoker. A function that fails gets the event twice more, after one and after two minutes. A
 * throttled event waits up to six hours. Destinations and dead-letter queues are not emulated.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function createAsyncInvoker(now: () => number): AsyncInvoker {
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  };
  const attempt = async (
    lambda: Pick<LambdaFunction, 'invoke'>,
    payload: string,
    state: { queued_at: number; failures: number; throttles: number },
  ): Promise<void> => {
    const { kind, ...outcome } = await lambda.invoke(payload);
    if (kind === 'answered' || kind === 'streamed') return;
    const is_throttled = 'code' in outcome && outcome.code === 'TooManyRequestsException';
    if (kind === 'refused' && !is_throttled) return;
    const next = {
      ...state,
      failures: state.failures + (is_throttled ? 0 : 1),
      throttles: state.throttles + (is_throttled ? 1 : 0),
    };
    const delay_ms = is_throttled
      ? Math.min(THROTTLED_MS.most, THROTTLED_MS.first * 2 ** state.throttles)
      : RETRY_MS[state.failures];
    if (delay_ms === undefined || now() + delay_ms - state.queued_at > MOST_AGE_MS) return;
    later(delay_ms, () => void attempt(lambda, payload, next));
  };
  return {
    invoke(lambda, payload) {
      void attempt(lambda, payload, { queued_at: now(), failures: 0, throttles: 0 });
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
