import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FunctionError } from './invocation.ts';

/** The result of one invocation in one execution environment. */
export interface Answer {
  /** A handler that streams its response has `streamed` it in parts, and returns no value. */
  kind: 'answered' | 'streamed' | 'failed';
  /** The function's return value in JSON, or the error in Lambda's JSON format. */
  payload: string;
}

/**
 * Takes a part of a streamed response. The function's stream sends the next part after the promise
 * has resolved, so that a slow reader slows the function down.
 */
export type TakePart = (bytes: Uint8Array) => Promise<void>;

export interface ExecutionEnvironment {
  /**
   * Resolves after the bundle is loaded. If loading failed, the promise resolves to the error, and
   * the environment cannot be used.
   */
  ready: Promise<Answer | undefined>;
  /**
   * Runs an invocation. Only one invocation may run at a time. The returned promise never rejects.
   * If the environment crashes, the answer is a failure and the environment is dead.
   */
  invoke(invocation: {
    payload: string;
    trace_header: string;
    context: object;
    deadline: number;
    onPart: TakePart;
  }): Promise<Answer>;
  isDead(): boolean;
  /** Ends the thread. If an invocation is running, the invocation fails with `error`. */
  kill(error: FunctionError): Promise<void>;
}

export interface EnvironmentOptions {
  module: string;
  handler_name: string;
  env: Record<string, string>;
  memory_mb: number;
  onLog: (text: string) => void;
}

type Message =
  | { kind: 'log'; text: string }
  | { kind: 'ready' }
  | { kind: 'part'; id: number; bytes: Uint8Array }
  | WorkerEnd;
interface WorkerEnd {
  kind: 'answered' | 'streamed' | 'failed' | 'crashed' | 'unusable';
  payload: string;
}

const WORKER = new URL('./worker.mjs', import.meta.url);

/** Starts a thread that loads the bundle and then waits for invocations. */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const worker = startWorker(options);
  let death: Answer | undefined;
  let settle: (answer: Answer) => void = () => {};
  let onPart: TakePart = async () => {};
  let becomeReady: (failure: Answer | undefined) => void = () => {};
  const ready = new Promise<Answer | undefined>((resolve) => {
    becomeReady = resolve;
  });

  const die = (payload: string) => {
    death ??= { kind: 'failed', payload };
    becomeReady(death);
    settle(death);
  };
  worker.on('message', (message: Message) => {
    if (message.kind === 'log') options.onLog(message.text);
    else if (message.kind === 'ready') becomeReady(undefined);
    else if (message.kind === 'part') {
      const { id, bytes } = message;
      void onPart(bytes).then(() => worker.postMessage({ kind: 'taken', id }));
    } else if (message.kind !== 'crashed' && message.kind !== 'unusable') settle(message as Answer);
    else {
      die(message.payload);
      void worker.terminate();
    }
  });
  worker.on('error', (error) => die(errorJson(exitError(exitReason(error)))));
  worker.on('exit', (code) => die(errorJson(exitError(`exit status ${code}`))));

  return {
    ready,
    invoke: ({ onPart: takePart, ...invocation }) =>
      new Promise((resolve) => {
        settle = resolve;
        onPart = takePart;
        if (death !== undefined) resolve(death);
        else worker.postMessage(invocation);
      }),
    isDead: () => death !== undefined,
    async kill(error) {
      die(errorJson(error));
      await worker.terminate();
    },
  };
}

function startWorker(options: EnvironmentOptions): Worker {
  return new Worker(WORKER, {
    workerData: {
      entry: pathToFileURL(options.module).href,
      handler_name: options.handler_name,
    },
    env: options.env,
    // The Node.js flags are set explicitly, because by default the worker would inherit the flags
    // of this process, including a TypeScript loader.
    execArgv: (options.env.NODE_OPTIONS ?? '').split(/\s+/).filter((flag) => flag !== ''),
    resourceLimits: { maxOldGenerationSizeMb: options.memory_mb },
  });
}

/**
 * Returns the exit reason of a worker. If the worker reached its heap limit, the reason is the same
 * as for a Lambda function that runs out of memory.
 */
function exitReason(error: NodeJS.ErrnoException): string {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'signal: killed' : 'exit status 1';
}

/**
 * Builds the error of a function whose process ended.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
 */
export function exitError(reason: string): FunctionError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `Error: Runtime exited with error: ${reason}`,
  };
}

export function errorJson(error: FunctionError): string {
  return JSON.stringify(error);
}
