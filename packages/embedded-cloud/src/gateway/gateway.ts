import { randomUUID } from 'node:crypto';
import { refuseForeignPage, refuseWithoutToken } from './browser-guard.ts';
import { createControl } from './control.ts';
import { CONTROL_PREFIX } from './control-prefix.ts';
import { createDispatch } from './dispatch.ts';
import { ConnectionLostError } from './faults/apply.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { dropConnection, plainJson, readRequest, writeReply } from './http.ts';
import { createIam, type Iam } from './iam.ts';
import { identifyCall } from './identify-call.ts';
import { createMeter, type Meter } from './meter.ts';
import type { PolicyStatement } from './policy.ts';
import { createPort, type HttpRequest, type HttpResponse } from './port.ts';
import type { GatewayRequest } from './signature.ts';
import { createSleep } from './sleep.ts';
import type { AwsCall, AwsReply, AwsService, Identity } from './types.ts';

/**
 * A route for requests that are not AWS calls, such as requests to the REST API or to a control
 * route of the runtime.
 */
export interface ExtraRoute {
  /**
   * Path prefix of the requests, such as `/_aws/execute-api/`. If several prefixes match a request,
   * the longest prefix wins.
   */
  prefix: string;
  /**
   * Returns true if the route takes the request and decides itself about pages of other origins, as
   * a stage of a REST API does. The gateway refuses all other requests from such pages.
   */
  hasCorsRule?(request: GatewayRequest): boolean;
  /**
   * Answers a request.
   * @returns undefined if the gateway must handle the request itself.
   */
  handle(request: GatewayRequest): Promise<AwsReply> | undefined;
}

export interface GatewayOptions {
  services: AwsService[];
  /**
   * Finds the caller to whom an access key belongs, with the secret that verifies signatures.
   * Returns undefined if the key does not exist. The gateway then refuses the call.
   */
  findIdentity(access_key_id: string): Identity | undefined;
  /**
   * The token that calls of control routes must contain. If the option is absent, the gateway
   * refuses all control routes except `health`.
   */
  control_token?: string;
  /** Returns the statements of all policies of a role. CloudFormation references are resolved. */
  policiesOf(role_logical_id: string): PolicyStatement[];
  /**
   * Returns the logical ids of the roles to include in the report of unused grants. If the option
   * is absent, the report includes the roles that made at least one call.
   */
  roles?: () => string[];
  /** Returns the current time, in milliseconds since 1970. */
  now: () => number;
  /**
   * Routes for requests that are not AWS calls. Routes may be added later, because the gateway
   * reads this array for each request.
   */
  extraRoutes?: ExtraRoute[];
  /**
   * The gateway calls this function with each exception that a service or a route throws. A route
   * has no call.
   */
  onError?: (error: unknown, call?: AwsCall) => void;
}

export interface Gateway {
  /**
   * Starts to listen on a TCP port.
   * @throws the system's own error. Its `code` is EADDRINUSE if another process uses the port.
   */
  listen(port: number, host?: string): Promise<{ port: number }>;
  /** Closes all connections, waits for the requests in flight, and closes the services. */
  close(): Promise<void>;
  /**
   * Makes an AWS call from inside this process. The gateway treats the call like a call over HTTP.
   * The same policies and fault rules apply, and the meter counts the call.
   */
  dispatch(call: AwsCall): Promise<AwsReply>;
  meter: Meter;
  faults: Faults;
  iam: Iam;
}

/**
 * Creates the gateway of the embedded cloud. Every call passes through the gateway's single port.
 *
 * @example
 * const gateway = createGateway({
 *   services: [await createDynamoDb({ now: Date.now })],
 *   findIdentity: (access_key_id) => ({
 *     caller: { access_key_id, name: 'owner' },
 *     secret_access_key: 'secret',
 *   }),
 *   policiesOf: () => [],
 *   now: Date.now,
 * });
 * const { port } = await gateway.listen(0);
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { now } = options;
  const services = new Map(options.services.map((service) => [service.service, service]));
  const meter = createMeter(now);
  const faults = createFaults([...services.keys()]);
  const iam = createIam(options);
  const { sleep, stop } = createSleep();
  const onError = options.onError ?? (() => {});
  const dispatch = createDispatch({ services, meter, faults, iam, now, sleep, onError });
  const route = createRoute(options, services, dispatch, createControl({ meter, faults, iam }));
  const { port, settle } = listenWith(route, onError);
  let closed: Promise<void> | undefined;
  const close = async () => {
    await port.close();
    stop();
    await settle();
    await Promise.all(options.services.map((service) => service.close()));
  };
  return {
    listen: (wanted, host = '127.0.0.1') => port.listen(wanted, host),
    close() {
      closed ??= close();
      return closed;
    },
    dispatch,
    meter,
    faults,
    iam,
  };
}

type Route = (request: GatewayRequest) => Promise<AwsReply>;

/**
 * Creates the function that passes a request to an extra route, to the control API, or to a
 * service. The signature of the request names the service. Requests that a page of another origin
 * sends are refused before that.
 */
function createRoute(
  options: GatewayOptions,
  services: Map<string, AwsService>,
  dispatch: Gateway['dispatch'],
  control: (request: GatewayRequest) => AwsReply,
): Route {
  const { extraRoutes = [], findIdentity, now } = options;
  return async (request) => {
    const extra = extraRoutes
      .toSorted((a, b) => b.prefix.length - a.prefix.length)
      .find(({ prefix }) => request.path.startsWith(prefix));
    const refusal =
      refuseForeignPage(request, () => hasCorsRule(request, extra, services)) ??
      refuseWithoutToken(request, options.control_token);
    if (refusal !== undefined) return refusal;
    const reply = extra?.handle(request);
    if (reply !== undefined) return reply;
    if (request.path.startsWith(CONTROL_PREFIX)) return control(request);
    const preflight = answerPreflight(request, services);
    if (preflight !== undefined) return preflight;
    const call = await identifyCall(request, { services, findIdentity, now });
    return 'status' in call ? call : dispatch(call);
  };
}

function hasCorsRule(
  request: GatewayRequest,
  extra: ExtraRoute | undefined,
  services: Map<string, AwsService>,
): boolean {
  const owners = [...(extra === undefined ? [] : [extra]), ...services.values()];
  return owners.some((owner) => owner.hasCorsRule?.(request) ?? false);
}

/**
 * Answers the preflight request of a browser before a call of S3. The request has the query of the
 * later call, and therefore its signature, but another method. So the signature cannot be checked.
 */
function answerPreflight(
  request: GatewayRequest,
  services: Map<string, AwsService>,
): AwsReply | undefined {
  if (request.method !== 'OPTIONS') return undefined;
  return services.get('s3')?.answerPreflight?.(request);
}

/**
 * Creates a port whose requests are answered by `route`.
 * @returns the port, and the function `settle`, which waits for the requests in flight.
 */
function listenWith(route: Route, onError: (error: unknown) => void) {
  const in_flight = new Set<Promise<void>>();
  const port = createPort((request, response) => {
    const serving = serve(route, request, response, onError).finally(() =>
      in_flight.delete(serving),
    );
    in_flight.add(serving);
  });
  return { port, settle: () => Promise.all(in_flight) };
}

/**
 * Answers one request. The returned promise never rejects. If the route fails, the client receives
 * status 500 or the gateway drops the connection.
 */
async function serve(
  route: Route,
  request: HttpRequest,
  response: HttpResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  response.on('error', () => {});
  try {
    const reply = await route(await readRequest(request));
    const headers = { 'x-amzn-requestid': randomUUID(), ...reply.headers };
    writeReply(request, response, { ...reply, headers });
  } catch (error) {
    if (error instanceof ConnectionLostError || request.destroyed || response.headersSent) {
      dropConnection(request);
    } else {
      onError(error);
      writeReply(request, response, plainJson(500, { message: 'The embedded cloud failed.' }));
    }
  }
}
