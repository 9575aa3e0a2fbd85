import { createGateway, type ExtraRoute, type Gateway } from '../gateway/gateway.ts';
import type { AwsCall } from '../gateway/types.ts';
import { type Callers, createCallers } from './callers.ts';
import type { Deployment } from './deployment.ts';
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
  now: () => number;
  random: () => number;
  log: (line: string) => void;
  comprehend_quotas?: Record<string, number>;
}

/**
 * Starts the services and the gateway.
 * @throws the error of the operating system. The error's `code` is EADDRINUSE if another process
 * uses the port. After an error, no service keeps running.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { now, deployment } = options;
  const { stacks, roles } = deployment;
  const callers = createCallers();
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
  });
  const gateway = createGateway({
    services: services.all,
    resolveCaller: callers.resolve,
    policiesOf: roles.statementsOf,
    // The report of unused grants covers only the roles of functions. The roles of AWS services are
    // left out, because AWS's documentation defines their grants.
    roles: () => functionRoles(deployment),
    now,
    extraRoutes: routes,
    onError: (error, call) => options.log(describeBug(error, call)),
  });
  try {
    const { port } = await gateway.listen(options.port);
    const endpoint = `http://127.0.0.1:${port}`;
    const setOutputs = (stack_name: string, next: Record<string, string>) => {
      outputs.set(stack_name, next);
    };
    return { endpoint, port, gateway, services, callers, routes, setOutputs };
  } catch (cause) {
    await gateway.close();
    throw cause;
  }
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
function describeBug(error: unknown, { service, action }: AwsCall): string {
  const { name, stack = '' } = error instanceof Error ? error : new Error();
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return [`${service}:${action} failed with ${name}`, ...frames.slice(0, 5)].join('\n');
}
