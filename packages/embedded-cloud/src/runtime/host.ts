import { createGateway, type ExtraRoute, type Gateway } from '../gateway/gateway.ts';
import type { AwsCall } from '../gateway/types.ts';
import { type Callers, createCallers } from './callers.ts';
import type { Deployment } from './deployment.ts';
import { createServices, type Services } from './services.ts';

/** The services of the embedded cloud behind their one port. */
export interface Host {
  endpoint: string;
  port: number;
  gateway: Gateway;
  services: Services;
  callers: Callers;
  /** Routes beside the AWS services: may be added to. */
  routes: ExtraRoute[];
  /** What DescribeStacks says from now on. */
  setOutputs(outputs: Record<string, string>): void;
}

export interface HostOptions {
  deployment: Deployment;
  data_dir: string;
  /** 0: any free one. */
  port: number;
  now: () => number;
  random: () => number;
  log: (line: string) => void;
  comprehend_quotas?: Record<string, number>;
}

/** @throws the system's error as it is: `code` EADDRINUSE for a taken port; nothing is left running then. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { now, deployment } = options;
  const { stack, roles } = deployment;
  const callers = createCallers();
  const routes: ExtraRoute[] = [];
  let outputs: Record<string, string> = {};
  const started_at = now();
  const services = await createServices({
    ...options,
    stacks: () => [{ ...stack, outputs, created_at: started_at }],
    dispatch: (call) => gateway.dispatch(call),
  });
  const gateway = createGateway({
    services: services.all,
    resolveCaller: callers.resolve,
    policiesOf: roles.statementsOf,
    // AWS's own services ask for grants that they document, whether a stand-in uses them or not.
    roles: () => stack.resources('AWS::Lambda::Function').map(roleOf(deployment)),
    now,
    extraRoutes: routes,
    onError: (error, call) => options.log(defect(error, call)),
  });
  try {
    const { port } = await gateway.listen(options.port);
    const endpoint = `http://127.0.0.1:${port}`;
    const setOutputs = (next: Record<string, string>) => {
      outputs = next;
    };
    return { endpoint, port, gateway, services, callers, routes, setOutputs };
  } catch (cause) {
    await gateway.close();
    throw cause;
  }
}

const roleOf =
  ({ roles }: Deployment) =>
  (resource: { properties(): Record<string, unknown> }) =>
    roles.byArn(String(resource.properties().Role));

/** Where it broke, without the message: that may hold what a user sent. */
function defect(error: unknown, { service, action }: AwsCall): string {
  const { name, stack = '' } = error instanceof Error ? error : new Error();
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return [`${service}:${action} broke with ${name}`, ...frames.slice(0, 5)].join('\n');
}
