import { type FunctionSpec, functionEnvironment, loadFunctions } from '@aurastream/embedded-cloud';
import { EMBEDDED_PARAMETERS } from '../infra/embedded-parameters.ts';
import { assemblyDir } from '../infra/synthesize.ts';
import { type Child, withChild } from './processes/child.ts';
import type { FunctionQuestion, InvocationReport, LoadReport } from './processes/function.ts';

/**
 * The keys are the benchmark's names for the functions. Each value is the prefix of the function's
 * logical id.
 */
const FUNCTIONS = {
  consumer: 'ConsumerHandler',
  api: 'ApiHandler',
  authorizer: 'ApiAuthorizerHandler',
  submission: 'JobsSubmission',
  callback: 'JobsCallback',
} as const;
export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/**
 * Loads the functions of the synthesized assembly.
 *
 * @throws {Error} if the template has a function that FUNCTIONS does not name.
 */
export async function loadDeployedFunctions(): Promise<Record<FunctionName, FunctionSpec>> {
  const specs = await loadFunctions(await assemblyDir(), EMBEDDED_PARAMETERS);
  const nameOf = ({ logical_id }: FunctionSpec) =>
    FUNCTION_NAMES.find((name) => logical_id.startsWith(FUNCTIONS[name]));
  const unnamed = specs.find((spec) => nameOf(spec) === undefined);
  if (unnamed !== undefined)
    throw new Error(
      `bench/functions.ts has no name for the function ${unnamed.logical_id}. Add it to FUNCTIONS.`,
    );
  return Object.fromEntries(specs.map((spec) => [nameOf(spec), spec])) as Record<
    FunctionName,
    FunctionSpec
  >;
}

/**
 * Returns the environment variables that the embedded cloud gives a function: the variables of the
 * template and the credentials of the function's role.
 */
export function environmentOf(
  spec: FunctionSpec,
  endpoint: string,
  credentials = STAND_IN_CREDENTIALS,
): Record<string, string> {
  return functionEnvironment(spec, { endpoint, credentials, log_stream: 'bench' });
}

/** Credentials for the stand-ins of services, which accept every signature. */
const STAND_IN_CREDENTIALS = {
  access_key_id: 'bench',
  secret_access_key: 'bench',
  session_token: 'bench',
};

/** A function's bundle that is loaded and invoked in its own process. */
export interface RunningFunction {
  load(): Promise<LoadReport>;
  invoke(question: {
    payload: string;
    times?: number;
    callers?: number;
  }): Promise<InvocationReport>;
}

/**
 * Time limit of each invocation, in milliseconds. No function reaches the limit, because every
 * measurement is shorter.
 */
const TIMEOUT_MS = 3_600_000;

export function withFunction<T>(
  options: {
    /** Path of the bundle of processes/function.ts. */
    runner: string;
    module: string;
    handler_name?: string;
    env: Record<string, string>;
    signal: AbortSignal;
  },
  work: (running: RunningFunction) => Promise<T>,
): Promise<T> {
  const { runner, module, handler_name = 'handler', env, signal } = options;
  return withChild(runner, { env, signal }, ({ ask }: Child) => {
    const askFunction = <Answer>(question: FunctionQuestion) => ask<Answer>(question);
    return work({
      load: () => askFunction<LoadReport>({ kind: 'load', module, handler_name }),
      invoke: ({ payload, times = 1, callers = 1 }) =>
        askFunction<InvocationReport>({
          kind: 'invoke',
          payload,
          times,
          callers,
          timeout_ms: TIMEOUT_MS,
        }),
    });
  });
}
