/**
 * Resolves after the given time, or rejects with the reason of the signal if the signal aborts
 * earlier. This function does not use `node:timers/promises`, because that module does not exist in
 * browsers and does not use the virtual clock with which the simulation replaces `setTimeout`.
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
