/** Says how far something is: one line rewritten on a terminal, a plain line now and then elsewhere. */
export interface Progress {
  update(message: string): void;
  /** Clears the line, or says the last message where it was not said. */
  done(): void;
}

const PLAIN_INTERVAL_MS = 2_000;

/** Writes to standard error: standard output belongs to the answer. */
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
    done: () => stream.write(ERASE_LINE),
  };
}

function plainProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  let said_at = now();
  let last = '';
  const say = (message: string) => {
    stream.write(`${message}\n`);
    said_at = now();
    last = message;
  };
  return {
    update: (message) => {
      if (message !== last && now() - said_at >= PLAIN_INTERVAL_MS) say(message);
    },
    done: () => undefined,
  };
}
