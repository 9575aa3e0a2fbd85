import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';

export interface ChildOptions {
  /** Its whole environment, but for what Node itself needs. */
  env?: Record<string, string | undefined>;
  args?: string[];
  /** The file for a profile of its CPU, written when it ends; absent: none is made. */
  profile?: string | undefined;
  /** Runs TypeScript as it is; absent: plain JavaScript, so that no loader is measured with it. */
  typescript?: boolean;
  signal: AbortSignal;
}

/** A process of the benchmark's, that answers one question at a time: see answer.ts. */
export interface Child {
  ask<Answer>(question: object): Promise<Answer>;
}

type Reply = { answer: unknown } | { error: string };

const KEPT_OUTPUT = 2_000;
/** For what a process leaves tidy, and for its profile. */
const MOST_ENDING_MS = 10_000;

/** Runs a process for as long as the work takes. It ends with the work, with the signal, and with this process. */
export async function withChild<T>(
  module: string | URL,
  { env, args = [], profile, typescript = false, signal }: ChildOptions,
  work: (child: Child) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  // The SDK's advice to upgrade Node is for those who choose it, here and in the process.
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: quiet = 'true' } = process.env;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = quiet;
  const child = fork(module, args, {
    env: { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: quiet, ...env },
    execArgv: [
      ...(typescript ? ['--import', 'tsx'] : []),
      ...(profile === undefined ? [] : profiling(profile)),
    ],
    // What a function logs is not kept; what broke it is.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT);
  });
  const ended = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  const end = async () => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(kill, MOST_ENDING_MS);
    await ended;
    clearTimeout(timer);
  };
  signal.addEventListener('abort', kill, { once: true });

  const ask = async <Answer>(question: object): Promise<Answer> => {
    const replied = once(child, 'message') as Promise<[Reply]>;
    // Who asks one that has ended is told below.
    child.send(question, () => {});
    const reply = await Promise.race([replied, ended.then(() => undefined)]);
    signal.throwIfAborted();
    if (reply === undefined) throw new Error(`A process of the benchmark ended early: ${output}`);
    const [said] = reply;
    if ('error' in said) throw new Error(`${said.error}\n${output}`);
    return said.answer as Answer;
  };
  try {
    return await work({ ask });
  } catch (cause) {
    // What fails because the process was ended is no failure of its own.
    signal.throwIfAborted();
    throw cause;
  } finally {
    await end();
    signal.removeEventListener('abort', kill);
  }
}

function profiling(file: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${dirname(file)}`, `--cpu-prof-name=${basename(file)}`];
}
