import { randomUUID } from 'node:crypto';
import type { Answer, TakePart } from './environment.ts';
import type { Invocation } from './invocation.ts';
import { type Concurrency, createPool } from './pool.ts';
import { isRecursiveLoop, nextTraceHeader } from './recursion.ts';
import { collectParts, limitStream } from './response-limits.ts';
import { type SandboxOptions, startSandbox } from './sandbox.ts';
import type { FunctionSpec } from './spec.ts';

/**
 * Maximum size of a request, in bytes.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const REQUEST_BYTES = 6 * 1024 * 1024;
/**
 * Assumed typical duration of an invocation, in milliseconds. The value is used until the first
 * invocation has ended. A kill fault without a delay happens within the typical duration.
 */
const UNKNOWN_DURATION_MS = 100;

export interface FunctionOptions extends SandboxOptions {
  /**
   * The concurrency limit of the function. A function with reserved concurrency has its own limit.
   * All other functions share the limit of the account.
   */
  concurrency: Concurrency;
  /** Maximum number of threads that the function may have on this machine. */
  most_environments: number;
  /** Time for which an unused environment stays warm, in milliseconds. */
  idle_ms: number;
  /**
   * Decides the fault of each invocation. The parameter `typical_ms` is the mean duration of the
   * earlier invocations, in milliseconds.
   */
  fault?: (typical_ms: number) => InvocationFault | undefined;
}

/**
 * A fault of an invocation. Either the environment is killed, or the event is delivered a second
 * time in parallel.
 */
export interface InvocationFault {
  kill_after_ms?: number;
  twice?: true;
}

export interface FunctionStatus {
  name: string;
  /** Number of execution environments that are busy or warm. */
  environments: number;
  running: number;
  invocations: number;
  errors: number;
  throttles: number;
  /** Number of invocations that Lambda stopped because the function ran in a recursive loop. */
  recursive_invocations_dropped: number;
  /** Sum of the durations of all invocations, in milliseconds. */
  duration_ms: number;
  cold_starts: number;
}

/** A Lambda function that runs from its bundle in worker threads. */
export interface LambdaFunction {
  spec: FunctionSpec;
  /**
   * Invokes the function synchronously with a JSON payload. The returned promise never rejects.
   *
   * @param trace_header trace header of the request or the message that causes the invocation.
   */
  invoke(payload: string, trace_header?: string): Promise<Invocation>;
  /**
   * Invokes the function with a JSON payload, and passes the parts of the response on as they arise.
   * A handler that does not stream has one part, its return value in JSON. The returned promise
   * never rejects. It resolves after the last part was taken, or when the function has failed.
   * Source: https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
   */
  invokeWithResponseStream(payload: string, onPart: TakePart): Promise<Invocation>;
  status(): FunctionStatus;
  /** Kills every environment, including busy environments. */
  stop(): Promise<void>;
}

export function createFunction(options: FunctionOptions): LambdaFunction {
  const { spec, concurrency } = options;
  const counters = newCounters();
  const pool = createPool({
    most: options.most_environments,
    idle_ms: options.idle_ms,
    start: () => startSandbox(options),
  });

  const run = async (
    request_id: string,
    payload: string,
    caused_by: string | undefined,
    onPart: TakePart,
  ) => {
    const typical_ms = counters.duration_ms / counters.invocations || UNKNOWN_DURATION_MS;
    const sandbox = await pool.take();
    const { kill_after_ms, twice } = options.fault?.(typical_ms) ?? {};
    const trace_header = nextTraceHeader(caused_by, spec.arn, options.now());
    if (twice) void runDuplicate(payload, trace_header);
    const invocation = { request_id, payload, trace_header, kill_after_ms, onPart };
    const { answer, duration_ms, cold } = await sandbox.run(invocation);
    pool.giveBack(sandbox);
    counters.duration_ms += duration_ms;
    counters.cold_starts += cold ? 1 : 0;
    return answer;
  };

  /**
   * Invokes the function a second time with the same event. The caller receives only the answer of
   * the first invocation.
   */
  const runDuplicate = async (payload: string, trace_header: string) => {
    const sandbox = await pool.take();
    const onPart = () => Promise.resolve();
    void (await sandbox.run({ request_id: randomUUID(), payload, trace_header, onPart }));
    pool.giveBack(sandbox);
  };

  /** Runs the function within its limit of concurrency. Counts the invocation. */
  const invokeCounted = async (
    payload: string,
    trace_header: string | undefined,
    runOnce: (request_id: string) => Promise<Answer>,
  ): Promise<Invocation> => {
    if (!spec.allows_recursion && isRecursiveLoop(trace_header, spec.arn)) {
      counters.recursive_invocations_dropped += 1;
      return RECURSION_REFUSAL;
    }
    const refusal = admit(payload, concurrency);
    if (refusal !== undefined) {
      if (refusal.code === 'TooManyRequestsException') counters.throttles += 1;
      return refusal;
    }
    counters.running += 1;
    counters.invocations += 1;
    const request_id = randomUUID();
    const answer = await runOnce(request_id);
    concurrency.release();
    counters.running -= 1;
    if (answer.kind === 'failed') counters.errors += 1;
    return { ...answer, request_id };
  };

  return {
    spec,
    invoke: (payload, trace_header) =>
      invokeCounted(payload, trace_header, (request_id) =>
        collectParts((onPart) => run(request_id, payload, trace_header, onPart)),
      ),
    invokeWithResponseStream: (payload, onPart) =>
      invokeCounted(payload, undefined, (request_id) =>
        limitStream(onPart, (onLimited) => run(request_id, payload, undefined, onLimited)),
      ),
    status: () => ({ name: spec.name, environments: pool.size(), ...counters }),
    stop: pool.stop,
  };
}

const RECURSION_REFUSAL = {
  kind: 'refused',
  code: 'RecursiveInvocationException',
  message: 'Lambda has detected your function being invoked in a recursive loop.',
} as const;

function newCounters(): Omit<FunctionStatus, 'name' | 'environments'> {
  return {
    ...{ running: 0, invocations: 0, errors: 0, throttles: 0 },
    ...{ recursive_invocations_dropped: 0, duration_ms: 0, cold_starts: 0 },
  };
}

/**
 * Takes a slot of the concurrency limit.
 * @returns the refusal if the payload is too large or no slot is free, otherwise undefined.
 */
function admit(payload: string, concurrency: Concurrency) {
  const bytes = Buffer.byteLength(payload);
  if (bytes > REQUEST_BYTES) {
    const message = `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${REQUEST_BYTES} bytes)`;
    return { kind: 'refused', code: 'RequestTooLargeException', message } as const;
  }
  if (concurrency.acquire()) return undefined;
  return { kind: 'refused', code: 'TooManyRequestsException', message: 'Rate Exceeded.' } as const;
}
