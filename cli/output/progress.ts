/**
 * Shows the progress of a command. On a terminal, each message overwrites the previous message. If
 * the output is a file or a pipe, at most one line appears every two seconds.
 */
export interface Progress {
  update(message: string): void;
  /** Clears the message on the terminal. */
  finish(): void;
}

const PLAIN_INTERVAL_MS = 2_000;

/**
 * Creates a display of progress that writes to standard error, because standard output must contain
 * only the command's answer.
 */
export function createProgress(
  deps: { stream?: NodeJS.WriteStream; now?: () => number } = {},
): Progress {
  const stream = deps.stream ?? process.stderr;
  const now = deps.now ?? Date.now;
  return stream.isTTY ? terminalProgress(stream) : plainProgress(stream, now);
}

function terminalProgress(stream: NodeJS.WriteStream): Progress {
  const ERASE_LINE = '\r\u001B[2K';
  return {
    update: (message) =>
      stream.write(ERASE_LINE + message.slice(0, Math.max(20, (stream.columns ?? 80) - 1))),
    finish: () => stream.write(ERASE_LINE),
  };
}

function plainProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  let printed_at = now();
  let last = '';
  const print = (message: string) => {
    stream.write(`${message}\n`);
    printed_at = now();
    last = message;
  };
  return {
    update: (message) => {
      if (message !== last && now() - printed_at >= PLAIN_INTERVAL_MS) print(message);
    },
    finish: () => undefined,
  };
}
