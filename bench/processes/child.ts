import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';

export interface ChildOptions {
  /** The child's environment variables, in addition to the variables that Node needs. */
  env?: Record<string, string | undefined>;
  args?: string[];
  /**
   * Path to which the child writes a CPU profile when the child ends. If absent, the child writes
   * no profile.
   */
  profile?: string | undefined;
  /**
   * Whether the child loads TypeScript. If absent, the child loads only JavaScript, so that the
   * measurement does not include a TypeScript loader.
   */
  typescript?: boolean;
  signal: AbortSignal;
}

/** A child process that answers one question at a time. See answer.ts. */
export interface Child {
  ask<Answer>(question: object): Promise<Answer>;
}

type Reply = { answer: unknown } | { error: string };

const MAX_OUTPUT_CHARACTERS = 2_000;
/** Time that a child gets to clean up and to write its profile, in milliseconds. */
const MAX_EXIT_MS = 10_000;

/**
 * Runs the work with a child process. The child ends when the work ends, when the signal aborts, or
 * when this process ends.
 */
export async function withChild<T>(
  module: string | URL,
  { env, args = [], profile, typescript = false, signal }: ChildOptions,
  work: (child: Child) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  // The SDK advises an upgrade of Node. Silence this advice in this process and in the child,
  // because the advice does not help a reader of the benchmark.
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: quiet = 'true' } = process.env;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = quiet;
  const child = fork(module, args, {
    env: { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: quiet, ...env },
    execArgv: [
      ...(typescript ? ['--import', 'tsx'] : []),
      ...(profile === undefined ? [] : profileArguments(profile)),
    ],
    // The child's stdout is dropped. The end of its stderr becomes part of error messages.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT_CHARACTERS);
  });
  const exited = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  const end = async () => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(kill, MAX_EXIT_MS);
    await exited;
    clearTimeout(timer);
  };
  signal.addEventListener('abort', kill, { once: true });

  const ask = async <Answer>(question: object): Promise<Answer> => {
    const replied = once(child, 'message') as Promise<[Reply]>;
    // If the child has exited, sending fails, and the race below reports the exit.
    child.send(question, () => {});
    const reply = await Promise.race([replied, exited.then(() => undefined)]);
    signal.throwIfAborted();
    if (reply === undefined)
      throw new Error(`A child process of the benchmark exited before it answered: ${output}`);
    const [message] = reply;
    if ('error' in message) throw new Error(`${message.error}\n${output}`);
    return message.answer as Answer;
  };
  try {
    return await work({ ask });
  } catch (cause) {
    // An abort kills the child. In that case report the abort instead of the errors that follow
    // from it.
    signal.throwIfAborted();
    throw cause;
  } finally {
    await end();
    signal.removeEventListener('abort', kill);
  }
}

function profileArguments(file: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${dirname(file)}`, `--cpu-prof-name=${basename(file)}`];
}
