import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Faults } from '../gateway/faults/faults.ts';
import type { Iam } from '../gateway/iam.ts';
import { ACCOUNT_ID, REGION } from '../gateway/types.ts';
import type { Callers } from './callers.ts';
import type { Credentials } from './function/credentials.ts';
import { createFunction, type InvocationFault, type LambdaFunction } from './function/function.ts';
import { type FunctionLog, openFunctionLog } from './function/log.ts';
import { createConcurrency } from './function/pool.ts';
import { type FunctionSpec, functionSpec } from './function/spec.ts';
import { pause } from './pause.ts';
import type { Assembly } from './template/assembly.ts';
import type { Roles } from './template/roles.ts';
import type { Stack } from './template/stack.ts';

export interface FunctionsOptions {
  stack: Stack;
  assembly: Assembly;
  roles: Roles;
  callers: Callers;
  iam: Iam;
  faults: Faults;
  endpoint: string;
  /** Where logs go, one file a function. */
  log_dir: string;
  now: () => number;
}

/** A function at work, with the credentials of its role. */
export interface DeployedFunction extends LambdaFunction {
  credentials: Credentials;
}

export interface Functions {
  all(): DeployedFunction[];
  /** By name or ARN. @throws {Error} where the template has none. */
  find(name_or_arn: string): DeployedFunction;
  /** Ends when nothing runs, or with the signal. */
  settled(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ACCOUNT_CONCURRENCY = 1_000;
/** AWS keeps them for minutes and says no number. */
const IDLE_MS = 300_000;

/** Makes the template's functions ready to be invoked. */
export async function deployFunctions(options: FunctionsOptions): Promise<Functions> {
  const account = createConcurrency(ACCOUNT_CONCURRENCY);
  const logs: FunctionLog[] = [];
  const all = await Promise.all(
    options.stack.resources('AWS::Lambda::Function').map(async (resource) => {
      const spec = functionSpec(resource, options.assembly);
      const log = await openFunctionLog(join(options.log_dir, `${spec.name}.log`));
      logs.push(log);
      const role_id = options.roles.byArn(spec.role_arn);
      const credentials = options.callers.register(spec.logical_id, role_id);
      const reserved = spec.reserved_concurrency;
      const made = createFunction({
        ...options,
        spec,
        credentials,
        log,
        mayLog: mayLog(options, spec, credentials),
        concurrency: reserved === undefined ? account : createConcurrency(reserved),
        most_environments: Math.max(4, 4 * availableParallelism()),
        idle_ms: IDLE_MS,
        fault: (typical_ms) => faultOf(options.faults, spec, typical_ms),
      });
      return { ...made, credentials };
    }),
  );
  return {
    all: () => all,
    find(name_or_arn) {
      const found = all.find(({ spec }) => spec.name === name_or_arn || spec.arn === name_or_arn);
      if (found === undefined) throw new Error(`The template has no function ${name_or_arn}.`);
      return found;
    },
    async settled(signal) {
      const runs = () => all.some((made) => made.status().running > 0);
      while (runs() && !signal.aborted) await pause(20, signal);
    },
    async stop() {
      await Promise.all(all.map((made) => made.stop()));
      await Promise.all(logs.map((log) => log.close()));
    },
  };
}

/** Lambda writes logs in the name of the function's role, and none where that may not. */
function mayLog({ iam, callers }: FunctionsOptions, spec: FunctionSpec, credentials: Credentials) {
  const caller = callers.resolve(credentials.access_key_id);
  return (log_stream: string) => {
    const resource = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${spec.log_group}:log-stream:${log_stream}`;
    const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    return (
      iam.denial(
        caller,
        actions.map((action) => ({ action, resource })),
      ) === undefined
    );
  };
}

/** A kill rule without a delay of its own kills somewhere within the time that the function usually takes. */
function faultOf(
  faults: Faults,
  spec: FunctionSpec,
  typical_ms: number,
): InvocationFault | undefined {
  const decision = faults.decide('lambda', spec.logical_id, 'invoke');
  if (decision?.rule?.kind === 'duplicate') return { twice: true };
  if (decision?.rule?.kind !== 'kill') return undefined;
  const { delay_ms, random } = decision;
  return { kill_after_ms: delay_ms > 0 ? delay_ms : random() * typical_ms };
}
