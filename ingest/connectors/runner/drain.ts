import { withTimeout } from '../../../lib/timeout.ts';

/**
 * Runs work. After the signal is aborted, waits for the work at most `drain_ms` milliseconds longer.
 * Work that is not done then goes on, but its outcome is ignored.
 */
export async function drainUntil(
  signal: AbortSignal,
  drain_ms: number,
  work: () => Promise<void>,
): Promise<void> {
  const working = work();
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([working, aborted]);
    await withTimeout(working, drain_ms, () => new DrainTimeout());
  } catch (error) {
    if (!(error instanceof DrainTimeout)) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class DrainTimeout extends Error {}
