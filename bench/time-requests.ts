import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from './suite.ts';

/**
 * Sends the given number of requests in total and returns the duration of each request in
 * milliseconds. The callers send in parallel. A caller sends at most one request per `interval_ms`.
 */
export async function timeRequests(
  { signal }: Pick<Run, 'signal'>,
  {
    callers,
    requests,
    interval_ms = 0,
  }: { callers: number; requests: number; interval_ms?: number },
  send: () => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  let left = requests;
  const caller = async (_: unknown, i: number) => {
    if (interval_ms > 0) await sleep((i * interval_ms) / callers);
    while (left > 0) {
      left -= 1;
      signal.throwIfAborted();
      const started_at = performance.now();
      await send();
      const took_ms = performance.now() - started_at;
      times.push(took_ms);
      if (took_ms < interval_ms) await sleep(interval_ms - took_ms);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return times;
}
