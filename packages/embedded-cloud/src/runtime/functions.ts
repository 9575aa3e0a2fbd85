import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Faults } from '../gateway/faults/faults.ts';
import type { Iam } from '../gateway/iam.ts';
import { ACCOUNT_ID, REGION } from '../gateway/types.ts';
import type { Callers } from './callers.ts';
import type { Credentials } from './function/credentials.ts';
import { createFunction, type InvocationFault, type LambdaFunction } from './function/function.ts';
import { type FunctionLog, openFunctionLog } from './function/log.ts';
import { type Concurrency, createConcurrency } from './function/pool.ts';
import { type FunctionSpec, functionSpec } from './function/spec.ts';
import { pause } from './pause.ts';
import type { Assembly } from './template/assembly.ts';
import type { Roles } from './template/roles.ts';
import type { Stack } from './template/stack.ts';

export interface FunctionsOptions {
  stack: Stack;
  assembly: Pick<Assembly, 'assetFolder'>;
  roles: Roles;
  callers: Callers;
  iam: Iam;
  faults: Faults;
  endpoint: string;
  /** The folder of the log files. Each function has its own file. */
  log_dir: string;
  now: () => number;
}

/** A running function with the credentials of its role. */
interface DeployedFunction extends LambdaFunction {
  credentials: Credentials;
}

export interface Functions {
  all(): DeployedFunction[];
  /**
   * Finds a function by its name or ARN.
   * @throws {Error} if the template has no such function.
   */
  find(name_or_arn: string): DeployedFunction;
  /** Waits until no invocation of any function is running, or until the signal aborts. */
  waitUntilIdle(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Maximum number of concurrent invocations in an account.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const ACCOUNT_CONCURRENCY = 1_000;
/**
 * Concurrency that must stay for the functions without a reservation.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
const LEAST_UNRESERVED = 100;
/**
 * Time for which an idle environment stays warm, in milliseconds. AWS keeps idle environments for
 * some minutes but documents no number.
 */
const IDLE_MS = 300_000;
const POLL_MS = 20;

/** Deploys the functions of the template, so that they can be invoked. */
export async function deployFunctions(options: FunctionsOptions): Promise<Functions> {
  const specs = options.stack
    .resources('AWS::Lambda::Function')
    .map((resource) => functionSpec(resource, options.assembly));
  const account = createConcurrency(countUnreserved(specs));
  const deployed = await Promise.all(specs.map((spec) => deploy(spec, account, options)));
  const all = deployed.map(({ lambda }) => lambda);
  return {
    all: () => all,
    find(name_or_arn) {
      const found = all.find(({ spec }) => spec.name === name_or_arn || spec.arn === name_or_arn);
      if (found === undefined) throw new Error(`The template has no function ${name_or_arn}.`);
      return found;
    },
    async waitUntilIdle(signal) {
      const isBusy = () => all.some((lambda) => lambda.status().running > 0);
      while (isBusy() && !signal.aborted) await pause(POLL_MS, signal);
    },
    async stop() {
      await Promise.all(all.map((lambda) => lambda.stop()));
      await Promise.all(deployed.map(({ log }) => log.close()));
    },
  };
}

/**
 * Returns the concurrency that the functions without a reservation share.
 * @throws {Error} if the reservations leave less than Lambda demands.
 */
function countUnreserved(specs: FunctionSpec[]): number {
  const reserved = specs.reduce((sum, spec) => sum + (spec.reserved_concurrency ?? 0), 0);
  const left = ACCOUNT_CONCURRENCY - reserved;
  if (reserved > 0 && left < LEAST_UNRESERVED) {
    throw new Error(
      `ReservedConcurrentExecutions of all functions is ${reserved}, which decreases the account's ` +
        `UnreservedConcurrentExecution below its minimum value of [${LEAST_UNRESERVED}].`,
    );
  }
  return left;
}

async function deploy(
  spec: FunctionSpec,
  account: Concurrency,
  options: FunctionsOptions,
): Promise<{ lambda: DeployedFunction; log: FunctionLog }> {
  const log = await openFunctionLog(join(options.log_dir, `${spec.name}.log`));
  const role = options.roles.assume(spec.role_arn, 'lambda.amazonaws.com');
  const credentials = options.callers.register(spec.logical_id, role);
  const reserved = spec.reserved_concurrency;
  const lambda = createFunction({
    ...options,
    spec,
    credentials,
    log,
    mayLog: logPermission(options, spec, credentials),
    concurrency: reserved === undefined ? account : createConcurrency(reserved),
    most_environments: Math.max(4, 4 * availableParallelism()),
    idle_ms: IDLE_MS,
    fault: (typical_ms) => decideFault(options.faults, spec, typical_ms),
  });
  return { lambda: { ...lambda, credentials }, log };
}

/**
 * Creates a function that checks whether the role of a Lambda function may write to a log stream.
 * If the role lacks the permissions, Lambda writes no logs.
 */
function logPermission(
  { iam, callers }: FunctionsOptions,
  spec: FunctionSpec,
  credentials: Credentials,
): (log_stream: string) => boolean {
  const caller = callers.find(credentials.access_key_id)?.caller;
  return (log_stream) => {
    const group = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${spec.log_group}`;
    const resource = `${group}:log-stream:${log_stream}`;
    const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    const permissions = actions.map((action) => ({ action, resource }));
    return caller !== undefined && iam.denial(caller, permissions) === undefined;
  };
}

/**
 * Decides the fault of one invocation. A kill rule without a delay kills the function at a random
 * time within the function's typical duration.
 */
function decideFault(
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
