/** Signals within this time count as one: npm and tsx forward a Ctrl-C that the terminal has already sent. */
const SAME_SIGNAL_MS = 300;
/** A shell's exit code for SIGINT: 128 plus the number of the signal. */
export const INTERRUPTED = 130;

/** Returns a signal that SIGINT or SIGTERM aborts. A second Ctrl-C ends the process immediately. */
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
