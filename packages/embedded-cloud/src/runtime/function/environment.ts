import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FunctionError } from './invocation.ts';

/** What an execution environment says of one invocation. */
export interface Answer {
  kind: 'answered' | 'failed';
  /** JSON: the function's, or Lambda's of an error. */
  payload: string;
}

export interface ExecutionEnvironment {
  /** Ends when the bundle is loaded: undefined, or the error that leaves the environment unusable. */
  ready: Promise<Answer | undefined>;
  /** One at a time. Never throws: a crash is an answer, and leaves the environment dead. */
  invoke(invocation: { payload: string; context: object; deadline: number }): Promise<Answer>;
  isDead(): boolean;
  /** Ends the thread; what runs gets `answer`. */
  kill(answer: FunctionError): Promise<void>;
}

export interface EnvironmentOptions {
  module: string;
  handler_name: string;
  env: Record<string, string>;
  memory_mb: number;
  onLog: (text: string) => void;
}

type Message = { kind: 'log'; text: string } | { kind: 'ready' } | WorkerEnd;
interface WorkerEnd {
  kind: 'answered' | 'failed' | 'crashed' | 'unusable';
  payload: string;
}

const WORKER = new URL('./worker.mjs', import.meta.url);

/** Starts a thread that loads the bundle and waits for invocations. */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const worker = new Worker(WORKER, {
    workerData: {
      entry: pathToFileURL(options.module).href,
      handler_name: options.handler_name,
    },
    env: options.env,
    // Not this process's own flags: its loader of TypeScript has no place in a function.
    execArgv: (options.env.NODE_OPTIONS ?? '').split(/\s+/).filter((flag) => flag !== ''),
    resourceLimits: { maxOldGenerationSizeMb: options.memory_mb },
  });
  let death: Answer | undefined;
  let settle: (answer: Answer) => void = () => {};
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
    switch (message.kind) {
      case 'log':
        return options.onLog(message.text);
      case 'ready':
        return becomeReady(undefined);
      case 'crashed':
      case 'unusable':
        die(message.payload);
        return void worker.terminate();
      default:
        return settle(message as Answer);
    }
  });
  // The heap limit is the way a function runs out of memory here.
  worker.on('error', (error: NodeJS.ErrnoException) =>
    die(
      errorJson(
        exitError(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? OUT_OF_MEMORY : 'exit status 1'),
      ),
    ),
  );
  worker.on('exit', (code) => die(errorJson(exitError(`exit status ${code}`))));

  return {
    ready,
    invoke: (invocation) =>
      new Promise((resolve) => {
        settle = resolve;
        if (death !== undefined) resolve(death);
        else worker.postMessage(invocation);
      }),
    isDead: () => death !== undefined,
    async kill(answer) {
      die(errorJson(answer));
      await worker.terminate();
    },
  };
}

const OUT_OF_MEMORY = 'signal: killed';

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
export function exitError(how: string): FunctionError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `Error: Runtime exited with error: ${how}`,
  };
}

export function errorJson(error: FunctionError): string {
  return JSON.stringify(error);
}
