/**
 * Creates a `sleep` function and a function `stop`, which ends all waits early. The gateway calls
 * `stop` when the gateway closes.
 */
export function createSleep(): { sleep(ms: number): Promise<void>; stop(): void } {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  let stopped = false;
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        if (stopped) return resolve();
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resolve();
        }, ms);
        waiting.set(timer, resolve);
      }),
    stop() {
      stopped = true;
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer);
        resolve();
      }
    },
  };
}
