import { randomUUID } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import {
  type Answer,
  type ExecutionEnvironment,
  exitError,
  startEnvironment,
  type TakePart,
} from './environment.ts';
import type { FunctionError } from './invocation.ts';
import { type FunctionLog, reportLine } from './log.ts';
import { type FunctionSpec, functionEnvironment } from './spec.ts';

export interface SandboxOptions {
  spec: FunctionSpec;
  credentials: Credentials;
  endpoint: string;
  log: FunctionLog;
  /**
   * Returns whether the function's role may write this log stream. Called once for each execution
   * environment.
   */
  mayLog: (log_stream: string) => boolean;
  now: () => number;
}

interface SandboxInvocation {
  request_id: string;
  payload: string;
  trace_header: string;
  /** Takes the parts of the response of a handler that streams. */
  onPart: TakePart;
  /**
   * Time after which the environment is killed, in milliseconds. Absent if no kill fault applies.
   */
  kill_after_ms?: number | undefined;
}

interface SandboxResult {
  answer: Answer;
  duration_ms: number;
  /** Whether the bundle was loaded for this invocation. */
  cold: boolean;
}

/** An execution environment that has a log stream and enforces the function's timeout. */
export interface Sandbox extends Pick<ExecutionEnvironment, 'kill' | 'isDead'> {
  run(invocation: SandboxInvocation): Promise<SandboxResult>;
}

/**
 * Lambda's time limit for the init phase, in milliseconds. If the function's timeout is longer, the
 * timeout is the limit instead. Loading may take longer than on AWS, because all functions share
 * the cores of this machine.
 */
const INIT_MS = 10_000;

export function startSandbox(options: SandboxOptions): Sandbox {
  const { spec, now } = options;
  const log_stream = newLogStream(now());
  const log = options.mayLog(log_stream) ? options.log.write : () => {};
  const env = functionEnvironment(spec, { ...options, log_stream });
  const started_at = now();
  const environment = startEnvironment({ ...spec, env, onLog: log });
  let cold = true;

  /**
   * Waits until the bundle is loaded. If the bundle cannot be loaded, the environment is dead, and
   * the first invocation returns the reason.
   * @returns the duration of the init phase, in milliseconds.
   */
  const waitForInit = async () => {
    const limit_ms = Math.max(INIT_MS, spec.timeout_ms);
    void (await killAfter(
      environment,
      limit_ms,
      timeoutError('init', limit_ms),
      environment.ready,
    ));
    return now() - started_at;
  };
  const invoke = (invocation: SandboxInvocation) => {
    const { request_id, payload, trace_header, onPart, kill_after_ms } = invocation;
    const context = contextOf(spec, request_id, log_stream);
    const deadline = Date.now() + spec.timeout_ms;
    const running = environment.invoke({ payload, trace_header, context, deadline, onPart });
    const killed = killAfter(environment, kill_after_ms, exitError('signal: killed'), running);
    const error = timeoutError(request_id, spec.timeout_ms);
    return killAfter(environment, spec.timeout_ms, error, killed);
  };

  return {
    kill: environment.kill,
    isDead: environment.isDead,
    async run(invocation) {
      const { request_id } = invocation;
      const was_cold = cold;
      cold = false;
      const init_ms = was_cold ? await waitForInit() : undefined;
      log(`START RequestId: ${request_id} Version: $LATEST`);
      const begun_at = now();
      const answer = await invoke(invocation);
      const duration_ms = now() - begun_at;
      // The error is logged here, because a killed environment cannot log the error.
      if (environment.isDead()) log(answer.payload);
      const report = reportLine({ request_id, duration_ms, memory_mb: spec.memory_mb, init_ms });
      log(`END RequestId: ${request_id}\n${report}`);
      return { answer, duration_ms, cold: was_cold };
    },
  };
}

/** Waits for `work`. If `work` takes longer than `after_ms`, kills the environment with `error`. */
async function killAfter<Value>(
  environment: ExecutionEnvironment,
  after_ms: number | undefined,
  error: FunctionError,
  work: Promise<Value>,
): Promise<Value> {
  if (after_ms === undefined) return work;
  const timer = setTimeout(() => void environment.kill(error), after_ms);
  return work.finally(() => clearTimeout(timer));
}

/**
 * Returns the name of a new log stream, for example
 * `2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef`.
 */
function newLogStream(now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

function timeoutError(request_id: string, timeout_ms: number): FunctionError {
  const seconds = (timeout_ms / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${request_id} Error: Task timed out after ${seconds} seconds`,
  };
}

/**
 * Builds the context object of an invocation.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
function contextOf(spec: FunctionSpec, request_id: string, logStreamName: string): object {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: spec.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: spec.arn,
    memoryLimitInMB: String(spec.memory_mb),
    awsRequestId: request_id,
    logGroupName: spec.log_group,
    logStreamName,
  };
}
