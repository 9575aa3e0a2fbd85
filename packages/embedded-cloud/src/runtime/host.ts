import { isDiskFull } from '../full-disk.ts';
import { createGateway, type ExtraRoute, type Gateway } from '../gateway/gateway.ts';
import type { AwsCall } from '../gateway/types.ts';
import { type Callers, createCallers } from './callers.ts';
import type { Deployment } from './deployment.ts';
import { createRequireKeys } from './key-grants.ts';
import { deriveSecret } from './root-secret.ts';
import { createServices, type Services } from './services.ts';

/**
 * The emulated services and the gateway. The gateway receives the calls to all services at one
 * port.
 */
export interface Host {
  endpoint: string;
  port: number;
  gateway: Gateway;
  services: Services;
  callers: Callers;
  /** The token that calls of the control routes must contain. */
  control_token: string;
  /** Routes for requests that are not calls to AWS services. More routes may be added later. */
  routes: ExtraRoute[];
  /** Sets the outputs that DescribeStacks returns for a stack. */
  setOutputs(stack_name: string, outputs: Record<string, string>): void;
}

export interface HostOptions {
  deployment: Deployment;
  data_dir: string;
  /** TCP port of the gateway. The value 0 selects any free port. */
  port: number;
  /** The secret from which the secrets of all callers and the control token are derived. */
  root_secret: string;
  now: () => number;
  random: () => number;
  log: (line: string) => void;
  comprehend_quotas?: Record<string, number>;
  dynamodb_throughput?: 'unlimited' | 'on-demand';
  kinesis_throughput?: 'unlimited' | 'shard-limits';
  table_streams?: { shards?: number; shard_life_ms?: number };
}

/**
 * Starts the services and the gateway.
 * @throws the error of the operating system. The error's `code` is EADDRINUSE if another process
 * uses the port. After an error, no service keeps running.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { now, deployment } = options;
  const { stacks, roles } = deployment;
  const callers = createCallers(options.root_secret);
  const control_token = deriveSecret(options.root_secret, 'control');
  const routes: ExtraRoute[] = [];
  const outputs = new Map<string, Record<string, string>>();
  const started_at = now();
  const services = await createServices({
    ...options,
    stacks: () =>
      stacks.map((stack) => ({
        ...stack,
        outputs: outputs.get(stack.name) ?? {},
        created_at: started_at,
      })),
    dispatch: (call) => gateway.dispatch(call),
    openSession: callers.openSession,
  });
  const gateway = createGateway({
    services: services.all.map(createRequireKeys(deployment.stack)),
    findIdentity: callers.find,
    control_token,
    policiesOf: roles.statementsOf,
    // The report of unused grants covers only the roles of functions. The roles of AWS services are
    // left out, because AWS's documentation defines their grants.
    roles: () => functionRoles(deployment),
    now,
    extraRoutes: routes,
    onError(error, call) {
      if (isDiskFull(error)) throwUncaught(error);
      else options.log(describeBug(error, call));
    },
  });
  try {
    const { port } = await gateway.listen(options.port);
    const endpoint = `http://127.0.0.1:${port}`;
    const setOutputs = (stack_name: string, next: Record<string, string>) => {
      outputs.set(stack_name, next);
    };
    return { endpoint, port, gateway, services, callers, control_token, routes, setOutputs };
  } catch (cause) {
    await gateway.close();
    throw cause;
  }
}

/**
 * Ends the process as an exception in a timer does. After the disk is full, the cloud would refuse
 * each call without a reason that its user sees.
 */
function throwUncaught(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function functionRoles({ stack, roles }: Deployment): string[] {
  return stack
    .resources('AWS::Lambda::Function')
    .map((resource) => roles.findByArn(String(resource.properties().Role)));
}

/**
 * Returns the action and the stack trace of an error. The error's message is left out because the
 * message may contain a user's data.
 */
function describeBug(error: unknown, call: AwsCall | undefined): string {
  const { name, stack = '' } = error instanceof Error ? error : new Error();
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const failed = call === undefined ? 'A route' : `${call.service}:${call.action}`;
  return [`${failed} failed with ${name}`, ...frames.slice(0, 5)].join('\n');
}
