/**
 * Signals within this number of milliseconds count as one Ctrl-C. One Ctrl-C can cause several
 * signals, because npm and tsx forward the signal and the terminal also sends the signal to the
 * command itself.
 */
const SAME_SIGNAL_MS = 300;
/** Exit code of a process that SIGINT ended. By convention of shells, the code is 128 plus 2. */
export const INTERRUPTED = 130;

/**
 * Returns an AbortSignal that is aborted when the process receives SIGINT or SIGTERM. A second
 * Ctrl-C ends the process immediately.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  let first_at: number | undefined;
  const onSignal = () => {
    first_at ??= Date.now();
    if (Date.now() - first_at > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}
