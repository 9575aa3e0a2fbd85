import { AsyncLocalStorage } from 'node:async_hooks';
import { ServiceError } from '../../schemas/index.ts';

/** Shares of the time that Lambda leaves an invocation at its start: what is analysed must still be delivered. */
const ANALYSIS_SHARE = 0.8;
const DELIVERY_SHARE = 0.95;

/** Does the work while there is time. @throws {ServiceError} `OutOfTime`, retryable, once there is none. */
export type InTime = <Value>(service: string, work: () => Promise<Value>) => Promise<Value>;

/**
 * The time an invocation has. Lambda kills a function that takes longer, and its whole batch fails; so calls end
 * before, as failures of their records, and what was done until then counts.
 */
export interface TimeLimit {
  /** @param remaining_ms what Lambda leaves for `work`. */
  run<Value>(remaining_ms: number, work: () => Promise<Value>): Promise<Value>;
  analysis: InTime;
  delivery: InTime;
  /** Milliseconds that are left for analysis; Infinity outside of `run`. */
  left_ms: () => number;
}

interface Deadlines {
  analysis: number;
  delivery: number;
}

/** One for the process: each that exists costs every promise a little (Node 20's async hooks). */
const invocation = new AsyncLocalStorage<Deadlines>();

/** @param now epoch milliseconds. */
export function createTimeLimit(now: () => number): TimeLimit {
  const inTime =
    (phase: keyof Deadlines): InTime =>
    (service, work) => {
      const deadline = invocation.getStore()?.[phase];
      return deadline === undefined ? work() : race(service, deadline - now(), work);
    };
  return {
    run: (remaining_ms, work) => {
      const started_at = now();
      const deadlines = {
        analysis: started_at + remaining_ms * ANALYSIS_SHARE,
        delivery: started_at + remaining_ms * DELIVERY_SHARE,
      };
      return invocation.run(deadlines, work);
    },
    analysis: inTime('analysis'),
    delivery: inTime('delivery'),
    left_ms: () => (invocation.getStore()?.analysis ?? Number.POSITIVE_INFINITY) - now(),
  };
}

/** Work that lost may still take effect; every effect of ours may happen twice. */
async function race<Value>(
  service: string,
  left_ms: number,
  work: () => Promise<Value>,
): Promise<Value> {
  const out_of_time = () => new ServiceError(service, 'OutOfTime', { retryable: true });
  if (left_ms <= 0) throw out_of_time();
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(out_of_time()), left_ms);
  });
  try {
    return await Promise.race([work(), end]);
  } finally {
    clearTimeout(timer);
  }
}
