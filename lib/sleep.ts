/**
 * Resolves after the given time, or rejects with the reason of the signal if the signal aborts
 * earlier. The function uses `setTimeout` and not `node:timers/promises`, because
 * `node:timers/promises` does not exist in browsers. In addition, the simulation can replace
 * `setTimeout` with a virtual clock, but cannot replace `node:timers/promises`.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
