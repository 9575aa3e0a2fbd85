import { type FunctionSpec, functionEnvironment, loadFunctions } from '@aurastream/embedded-cloud';
import { EMBEDDED_PARAMETERS } from '../infra/embedded-parameters.ts';
import { assemblyDir } from '../infra/synthesize.ts';
import { type Child, withChild } from './processes/child.ts';
import type { FunctionQuestion, Invoked, Loaded } from './processes/function.ts';

/** What they are called here, by the beginning of their logical ids. */
const FUNCTIONS = {
  consumer: 'ConsumerHandler',
  api: 'ApiHandler',
  authorizer: 'ApiAuthorizerHandler',
  submission: 'JobsSubmission',
  callback: 'JobsCallback',
} as const;
export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** The functions of the synthesized assembly. @throws {Error} where the template has one that has no name here. */
export async function deployedFunctions(): Promise<Record<FunctionName, FunctionSpec>> {
  const specs = await loadFunctions(await assemblyDir(), EMBEDDED_PARAMETERS);
  const nameOf = ({ logical_id }: FunctionSpec) =>
    FUNCTION_NAMES.find((name) => logical_id.startsWith(FUNCTIONS[name]));
  const unnamed = specs.find((spec) => nameOf(spec) === undefined);
  if (unnamed !== undefined) throw new Error(`Name the function ${unnamed.logical_id} here`);
  return Object.fromEntries(specs.map((spec) => [nameOf(spec), spec])) as Record<
    FunctionName,
    FunctionSpec
  >;
}

/** As the embedded cloud runs it: the template's variables, and the credentials of the function's own role. */
export function environmentOf(spec: FunctionSpec, endpoint: string): Record<string, string> {
  return functionEnvironment(spec, { endpoint, log_stream: 'bench' });
}

/** A function's bundle, in a process of its own. */
export interface RunningFunction {
  load(): Promise<Loaded>;
  invoke(question: { payload: string; times?: number; callers?: number }): Promise<Invoked>;
}

/** Longer than any measurement takes: what is measured is the function, not its time limit. */
const TIMEOUT_MS = 3_600_000;

export function withFunction<T>(
  options: {
    /** The bundle of processes/function.ts. */
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
    const asked = <Answer>(question: FunctionQuestion) => ask<Answer>(question);
    return work({
      load: () => asked<Loaded>({ kind: 'load', module, handler_name }),
      invoke: ({ payload, times = 1, callers = 1 }) =>
        asked<Invoked>({ kind: 'invoke', payload, times, callers, timeout_ms: TIMEOUT_MS }),
    });
  });
}
