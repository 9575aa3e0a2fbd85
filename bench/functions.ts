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
 * Prefixes of the logical ids of functions that are not measured. The bulk consumer has the bundle of
 * the consumer. The replay after the reset of a budget and the keeper of the lake run without a
 * caller, erasures run for hours, and the counts, the history and the alerts follow later.
 * `npm run measure:download` measures
 * downloads.
 */
const NOT_MEASURED = [
  'AlertingHandler',
  'AuditHandler',
  'BulkConsumerHandler',
  'BudgetReplayHandler',
  'CountsHandler',
  'HistoryHandler',
  'KeeperHandler',
  'PrivacyHandler',
  'ApiDownloadHandler',
  'TrafficAlertsHandler',
];

/**
 * Returns the benchmark's name of a function, or undefined if the function is not measured.
 *
 * @throws {Error} if the benchmark does not know the function.
 */
export function nameFunction(logical_id: string): FunctionName | undefined {
  if (NOT_MEASURED.some((prefix) => logical_id.startsWith(prefix))) return undefined;
  const name = FUNCTION_NAMES.find((candidate) => logical_id.startsWith(FUNCTIONS[candidate]));
  if (name !== undefined) return name;
  throw new Error(
    `bench/functions.ts does not know the function ${logical_id}. Add it to FUNCTIONS or NOT_MEASURED.`,
  );
}

/** Loads the functions of the synthesized assembly that are measured. */
export async function loadDeployedFunctions(): Promise<Record<FunctionName, FunctionSpec>> {
  const specs = await loadFunctions(await assemblyDir(), EMBEDDED_PARAMETERS);
  const named = specs.flatMap((spec) => {
    const name = nameFunction(spec.logical_id);
    return name === undefined ? [] : [[name, spec] as const];
  });
  return Object.fromEntries(named) as Record<FunctionName, FunctionSpec>;
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
