/** One Ctrl-C can arrive twice: from the terminal, and forwarded by npm or tsx. */
const SAME_SIGNAL_MS = 300;
/** The exit code of a shell for SIGINT: 128 and the signal's number. */
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
