import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of ours that speaks in messages. */
export interface Child {
  /** The next message. @throws {Error} where the process ended before, with the end of what it printed. */
  hear<Message>(): Promise<Message>;
  say(message: object): void;
  /** Ends it, and waits until it is gone. */
  end(): Promise<void>;
}

/** @param module its file, from this folder. */
export function startChild(
  module: string,
  { env = {}, exec_argv = [] }: { env?: NodeJS.ProcessEnv; exec_argv?: string[] } = {},
): Child {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    execArgv: ['--import', 'tsx', ...exec_argv],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const printed = tailOf(child);
  const messages: unknown[] = [];
  let wake = () => {};
  let gone: number | null | undefined;
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
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
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
