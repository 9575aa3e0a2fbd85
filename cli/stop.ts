/** npm and tsx hand a signal on that the terminal has sent to everybody already: that is one Ctrl-C, not two. */
const SAME_SIGNAL_MS = 300;
/** Of a shell: 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

/** Aborts with the first SIGINT or SIGTERM; a second Ctrl-C ends the process at once. */
export function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  let first_at: number | undefined;
  const onSignal = () => {
    first_at ??= Date.now();
    if (Date.now() - first_at > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    stopping.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stopping.signal;
}
