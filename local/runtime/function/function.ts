import { randomUUID } from 'node:crypto';
import {
  type ExecutionEnvironment,
  errorJson,
  exitError,
  startEnvironment,
} from './environment.ts';
import type { FunctionError, Invocation } from './invocation.ts';
import { type FunctionLog, reportLine } from './log.ts';
import { type Concurrency, createPool } from './pool.ts';
import { type Credentials, type FunctionSpec, functionEnvironment } from './spec.ts';

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the second is what the error says. */
const REQUEST_BYTES = 6 * 1024 * 1024;
const RESPONSE_BYTES = 6_291_556;
/** Lambda's own limit of the init phase; a longer timeout of the function extends it here, where cores are shared. */
const INIT_MS = 10_000;
/** What an invocation is taken to last before there was one. */
const UNKNOWN_DURATION_MS = 100;

export interface FunctionOptions {
  spec: FunctionSpec;
  credentials: Credentials;
  endpoint: string;
  log: FunctionLog;
  /** Whether the role may write this log stream; asked once per execution environment. */
  mayLog: (log_stream: string) => boolean;
  /** The account's, or the function's own where it has a reservation. */
  concurrency: Concurrency;
  /** Threads that this machine should hold for the function. */
  most_environments: number;
  idle_ms: number;
  now: () => number;
  /** Asked for each invocation, which typically takes so long: kill the environment after how many ms? */
  killAfter?: (typical_ms: number) => number | undefined;
}

export interface FunctionStatus {
  name: string;
  environments: number;
  running: number;
  invocations: number;
  errors: number;
  throttles: number;
  duration_ms: number;
  cold_starts: number;
}

/** A Lambda function, run from its bundle in worker threads. */
export interface LambdaFunction {
  spec: FunctionSpec;
  /** Synchronous invocation with a JSON payload; never throws. */
  invoke(payload: string): Promise<Invocation>;
  status(): FunctionStatus;
  /** Ends every environment, whatever it does. */
  stop(): Promise<void>;
}

export function createFunction(options: FunctionOptions): LambdaFunction {
  const { spec, concurrency, now } = options;
  const counters = {
    running: 0,
    invocations: 0,
    errors: 0,
    throttles: 0,
    duration_ms: 0,
    cold_starts: 0,
  };
  const pool = createPool({
    most: options.most_environments,
    idle_ms: options.idle_ms,
    start: () => startSandbox(options),
  });

  const typical = () => counters.duration_ms / counters.invocations || UNKNOWN_DURATION_MS;
  const run = async (sandbox: Sandbox, request_id: string, payload: string) => {
    const init_ms = await sandbox.initialised();
    if (init_ms !== undefined) counters.cold_starts += 1;
    sandbox.log(`START RequestId: ${request_id} Version: $LATEST`);
    const started_at = now();
    const killed = killLater(sandbox, options.killAfter?.(typical()));
    const timeout = setTimeout(
      () => void sandbox.kill(timedOut(request_id, spec.timeout_ms)),
      spec.timeout_ms,
    );
    const answer = await sandbox.invoke({
      payload,
      context: contextOf(spec, request_id, sandbox.log_stream),
      deadline: Date.now() + spec.timeout_ms,
    });
    clearTimeout(timeout);
    clearTimeout(killed);
    const duration_ms = now() - started_at;
    counters.duration_ms += duration_ms;
    // What killed the environment could not print for itself.
    if (sandbox.isDead()) sandbox.log(answer.payload);
    sandbox.log(`END RequestId: ${request_id}`);
    sandbox.log(reportLine({ request_id, duration_ms, memory_mb: spec.memory_mb, init_ms }));
    return answer.kind === 'answered' ? withinLimit(answer.payload) : answer;
  };

  return {
    spec,
    async invoke(payload) {
      const refusal = refuse(payload, concurrency);
      if (refusal !== undefined) {
        if (refusal.code === 'TooManyRequestsException') counters.throttles += 1;
        return refusal;
      }
      counters.running += 1;
      counters.invocations += 1;
      const request_id = randomUUID();
      const environment = await pool.take();
      const { kind, payload: answered } = await run(environment, request_id, payload);
      pool.giveBack(environment);
      concurrency.release();
      counters.running -= 1;
      if (kind === 'failed') counters.errors += 1;
      return { kind, request_id, payload: answered };
    },
    status: () => ({ name: spec.name, environments: pool.size(), ...counters }),
    stop: pool.stop,
  };
}

function refuse(payload: string, concurrency: Concurrency) {
  if (Buffer.byteLength(payload) > REQUEST_BYTES) {
    const message = `${Buffer.byteLength(payload)} byte payload is too large for the RequestResponse invocation type (limit ${REQUEST_BYTES} bytes)`;
    return { kind: 'refused', code: 'RequestTooLargeException', message } as const;
  }
  if (concurrency.acquire()) return undefined;
  return { kind: 'refused', code: 'TooManyRequestsException', message: 'Rate Exceeded.' } as const;
}

/** An execution environment with its log stream. */
interface Sandbox extends ExecutionEnvironment {
  log_stream: string;
  log: (text: string) => void;
  /**
   * Ends when the bundle is loaded; one that does not load leaves the environment dead, and its invocation says why.
   *
   * @returns how long that took, in ms, the first time.
   */
  initialised(): Promise<number | undefined>;
}

function startSandbox(options: FunctionOptions): Sandbox {
  const { spec, now } = options;
  const day = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '/');
  const log_stream = `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  const log = options.mayLog(log_stream) ? options.log.write : () => {};
  const env = functionEnvironment(spec, { ...options, log_stream });
  const started_at = now();
  const environment = startEnvironment({ ...spec, env, onLog: log });
  let warm = false;
  return {
    ...environment,
    log_stream,
    log,
    async initialised() {
      if (warm) return undefined;
      warm = true;
      const limit_ms = Math.max(INIT_MS, spec.timeout_ms);
      const timeout = setTimeout(() => void environment.kill(timedOut('init', limit_ms)), limit_ms);
      await environment.ready;
      clearTimeout(timeout);
      return now() - started_at;
    },
  };
}

function killLater(environment: ExecutionEnvironment, after_ms: number | undefined) {
  if (after_ms === undefined) return undefined;
  return setTimeout(() => void environment.kill(exitError('signal: killed')), after_ms);
}

function timedOut(request_id: string, timeout_ms: number): FunctionError {
  const seconds = (timeout_ms / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${request_id} Error: Task timed out after ${seconds} seconds`,
  };
}

function withinLimit(payload: string): { kind: 'answered' | 'failed'; payload: string } {
  if (Buffer.byteLength(payload) <= RESPONSE_BYTES) return { kind: 'answered', payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES} bytes).`;
  return {
    kind: 'failed',
    payload: errorJson({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }),
  };
}

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
