import { REGION } from '../gateway/types.ts';
import { type CloudStatus, controlRoutes } from './control.ts';
import type { Deployment } from './deployment.ts';
import type { RetryPace } from './event-source/settings.ts';
import type { Credentials } from './function/credentials.ts';
import { createAsyncInvoker } from './function/invoke-async.ts';
import { deployFunctions, type Functions } from './functions.ts';
import type { Host } from './host.ts';
import { type Mappings, startMappings } from './mappings.ts';
import { localOutputs } from './outputs.ts';
import { pause } from './pause.ts';
import { apiRoutes } from './rest-api/routes.ts';
import { startRules } from './rules/rules.ts';

/** The running functions, with the event source mappings, rules and REST API that invoke them. */
export interface Workload {
  /** The outputs of the first stack. */
  outputs: Record<string, string>;
  /** The base URL of the first REST API, or an empty string if there is no REST API. */
  api: string;
  /** The credentials of each function's role, by the function's logical id. */
  function_credentials: Record<string, Credentials>;
  status(): CloudStatus;
  /**
   * Stops reading streams and queues, waits up to 10 s for running invocations, and then kills the
   * invocations that still run.
   */
  stop(): Promise<void>;
}

export interface WorkloadOptions {
  deployment: Deployment;
  host: Host;
  data_dir: string;
  now: () => number;
  random: () => number;
  retry_pace: RetryPace;
}

const STOP_MS = 10_000;

export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { deployment, host, now } = options;
  const { stack } = deployment;
  const functions = await deployFunctions({
    ...deployment,
    callers: host.callers,
    iam: host.gateway.iam,
    faults: host.gateway.faults,
    endpoint: host.endpoint,
    log_dir: `${options.data_dir}/logs`,
    now,
  });
  const { apis, routes } = apiRoutes({ stack, functions, keys: host.services.keys, now });
  for (const one of deployment.stacks) {
    host.setOutputs(one.name, localOutputs(one, apis, host.endpoint));
  }
  const mappings = startMappings({
    stack,
    functions,
    ...host.services,
    callers: host.callers,
    dispatch: host.gateway.dispatch,
    endpoint: host.endpoint,
    region: REGION,
    directory: options.data_dir,
    now,
    random: options.random,
    retry_pace: options.retry_pace,
  });
  const { queues } = host.services;
  const invoker = createAsyncInvoker(now);
  const invokeFunction = (arn: string, payload: string) =>
    invoker.invoke(functions.find(arn), payload);
  const rules = startRules({ stack, queues, invokeFunction, now });
  host.services.onObjectCreated(rules.onObjectCreated);
  const status = () => statusOf(mappings, functions);
  const releaseMessages = () =>
    queues.all().reduce((sum, queue) => sum + queue.releaseMessages(), 0);
  const fireSchedules = () => rules.fire();
  const { flush } = host.services.firehose;
  const { replaceShards } = host.services.dynamodb;
  host.routes.push(
    ...routes,
    ...controlRoutes({ status, flush, releaseMessages, fireSchedules, replaceShards }),
  );
  return {
    outputs: localOutputs(stack, apis, host.endpoint),
    api: apis[0] === undefined ? '' : `${host.endpoint}/${apis[0].stage}`,
    function_credentials: Object.fromEntries(
      functions.all().map(({ spec, credentials }) => [spec.logical_id, credentials]),
    ),
    status,
    stop() {
      rules.stop();
      invoker.stop();
      return stop(mappings, functions);
    },
  };
}

function statusOf(mappings: Mappings, functions: Functions): CloudStatus {
  const states = mappings.status();
  return {
    idle: states.every(({ idle }) => idle),
    mappings: states,
    functions: functions.all().map((handler) => handler.status()),
  };
}

async function stop(mappings: Mappings, functions: Functions): Promise<void> {
  const ended = new AbortController();
  const reading = mappings.stop();
  await Promise.race([
    Promise.all([reading, functions.waitUntilIdle(ended.signal)]),
    pause(STOP_MS, ended.signal),
  ]);
  ended.abort();
  // Killed invocations do not lose data, because their records are not checkpointed and are
  // delivered again.
  await functions.stop();
  await reading;
}
