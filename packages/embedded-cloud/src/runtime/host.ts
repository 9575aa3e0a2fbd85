import { createGateway, type ExtraRoute, type Gateway } from '../gateway/gateway.ts';
import type { AwsCall } from '../gateway/types.ts';
import { type Callers, createCallers } from './callers.ts';
import type { Deployment } from './deployment.ts';
import { createServices, type Services } from './services.ts';

/** The services of the embedded cloud behind one port. */
export interface Host {
  endpoint: string;
  port: number;
  gateway: Gateway;
  services: Services;
  callers: Callers;
  /** Routes besides the AWS services. More may be added. */
  routes: ExtraRoute[];
  /** Sets the outputs that DescribeStacks returns. */
  setOutputs(outputs: Record<string, string>): void;
}

export interface HostOptions {
  deployment: Deployment;
  data_dir: string;
  /** 0: any free port. */
  port: number;
  now: () => number;
  random: () => number;
  log: (line: string) => void;
  comprehend_quotas?: Record<string, number>;
}

/** @throws the system's own error: `code` is EADDRINUSE if the port is taken. Nothing keeps running then. */
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
    // Roles of AWS services have the grants that AWS documents, so their unused grants are not reported.
    roles: () => functionRoles(deployment),
    now,
    extraRoutes: routes,
    onError: (error, call) => options.log(describeBug(error, call)),
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

function functionRoles({ stack, roles }: Deployment): string[] {
  return stack
    .resources('AWS::Lambda::Function')
    .map((resource) => roles.findByArn(String(resource.properties().Role)));
}

/** Action and stack trace, without the error's message: it may contain a user's data. */
function describeBug(error: unknown, { service, action }: AwsCall): string {
  const { name, stack = '' } = error instanceof Error ? error : new Error();
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return [`${service}:${action} failed with ${name}`, ...frames.slice(0, 5)].join('\n');
}
