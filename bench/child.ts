import { type ChildProcess, fork } from 'node:child_process';

/** A process of ours that speaks in messages. */
export interface Child {
  /** The next message. @throws {Error} where the process ended before, with the end of what it printed. */
  hear<Message>(): Promise<Message>;
  say(message: object): void;
  /** Waits until it has gone by itself. */
  gone(): Promise<void>;
  /** Ends it where it is still there. */
  end(): Promise<void>;
}

/** @param module its file: JavaScript that was bundled, so that no loader takes part in what is measured. */
export function startChild(
  module: string,
  { env = {}, exec_argv = [] }: { env?: NodeJS.ProcessEnv; exec_argv?: string[] } = {},
): Child {
  const child = fork(module, {
    execArgv: exec_argv,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const printed = tailOf(child);
  const messages: unknown[] = [];
  let wake = () => {};
  let gone: number | null | undefined;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  child.on('exit', (code) => {
    gone = code;
    wake();
  });
  return {
    async hear<Message>() {
      while (messages.length === 0) {
        if (gone !== undefined) throw new Error(`${module} ended with ${gone}:\n${printed()}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift() as Message;
    },
    say: (message) => child.send(message),
    gone: () => exited,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function tailOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-4_000);
    });
  }
  return () => text.trim();
}
