import { randomUUID } from 'node:crypto';
import { CONTROL_PREFIX, createControl } from './control.ts';
import { createDispatch } from './dispatch.ts';
import { ConnectionLostError } from './faults/apply.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { dropConnection, plainJson, readRequest, writeReply } from './http.ts';
import { createIam, type Iam } from './iam.ts';
import { createMeter, type Meter } from './meter.ts';
import type { PolicyStatement } from './policy.ts';
import { createPort, type HttpRequest, type HttpResponse } from './port.ts';
import { type GatewayRequest, signatureOf, targetService } from './signature.ts';
import { createSleep } from './sleep.ts';
import type { AwsCall, AwsReply, AwsService, Caller } from './types.ts';

/** Requests that are no AWS API call: the REST API's front, the runtime's own control routes. */
export interface ExtraRoute {
  /** `/_aws/execute-api/`; the longest one that fits is asked. */
  prefix: string;
  /** @returns undefined to leave the request to the gateway. */
  handle(request: GatewayRequest): Promise<AwsReply> | undefined;
}

export interface GatewayOptions {
  services: AwsService[];
  /** Who signs with this access key; undefined: nobody, and the call is refused. */
  resolveCaller(access_key_id: string): Caller | undefined;
  /** All statements of a role's policies, references resolved. */
  policiesOf(role_logical_id: string): PolicyStatement[];
  /** All roles, so that unused grants are told of those too that made no call. */
  roles?: () => string[];
  /** Epoch ms. */
  now: () => number;
  /** Held by reference: routes may be added later. */
  extraRoutes?: ExtraRoute[];
  /** Told of what a service threw. */
  onError?: (error: unknown, call: AwsCall) => void;
}

export interface Gateway {
  /** @throws the system's error as it is: `code` EADDRINUSE for a taken port. */
  listen(port: number, host?: string): Promise<{ port: number }>;
  /** Drops connections, waits for the calls in flight, and closes the services. */
  close(): Promise<void>;
  /** An AWS call from inside this process, on the same way as from outside. @throws {ConnectionLostError} */
  dispatch(call: AwsCall): Promise<AwsReply>;
  meter: Meter;
  faults: Faults;
  iam: Iam;
}

/** The one port that all calls of the embedded cloud pass. */
export function createGateway(options: GatewayOptions): Gateway {
  const { now, extraRoutes = [] } = options;
  const services = new Map(options.services.map((service) => [service.service, service]));
  const meter = createMeter(now);
  const faults = createFaults([...services.keys()]);
  const iam = createIam(options);
  const { sleep, stop } = createSleep();
  const onError = options.onError ?? (() => {});
  const dispatch = createDispatch({ services, meter, faults, iam, now, sleep, onError });
  const control = createControl({ meter, faults, iam });

  const route = async (request: GatewayRequest): Promise<AwsReply> => {
    const extra = longestFirst(extraRoutes).find(({ prefix }) => request.path.startsWith(prefix));
    const reply = extra?.handle(request);
    if (reply !== undefined) return reply;
    if (request.path.startsWith(CONTROL_PREFIX)) return control(request);
    const call = callOf(request, services, options.resolveCaller);
    return 'status' in call ? call : dispatch(call);
  };

  const in_flight = new Set<Promise<void>>();
  const port = createPort((request, response) => {
    const served = serve(route, request, response).finally(() => in_flight.delete(served));
    in_flight.add(served);
  });
  let closed: Promise<void> | undefined;
  const close = async () => {
    await port.close();
    stop();
    await Promise.all(in_flight);
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

function longestFirst(routes: ExtraRoute[]): ExtraRoute[] {
  return routes.toSorted((a, b) => b.prefix.length - a.prefix.length);
}

/** Never rejects: a client that went away has nobody to tell. */
async function serve(
  route: (request: GatewayRequest) => Promise<AwsReply>,
  request: HttpRequest,
  response: HttpResponse,
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
      writeReply(request, response, plainJson(500, { message: 'The embedded cloud failed.' }));
    }
  }
}

/** Finds service, caller and action of a request, or the reply that says what is missing. */
function callOf(
  request: GatewayRequest,
  services: Map<string, AwsService>,
  resolveCaller: GatewayOptions['resolveCaller'],
): AwsCall | AwsReply {
  const signature = signatureOf(request);
  const by_target = targetService(request);
  if (signature === undefined) return plainJson(403, unsigned(request));
  const service = services.get(signature.service) ?? services.get(by_target ?? '');
  if (service === undefined) {
    const known = [...services.keys()].join(', ');
    const message = `The embedded cloud does not play ${signature.service}; it plays ${known}.`;
    return plainJson(501, { __type: 'UnknownServiceException', message });
  }
  const caller = resolveCaller(signature.access_key_id);
  if (caller === undefined) return unknownKey(service);
  const named = { ...request, service: service.service };
  return { ...named, caller, action: service.actionOf(named) };
}

function unsigned({ headers }: GatewayRequest) {
  return {
    __type: 'MissingAuthenticationTokenException',
    message:
      'This request is not signed. The embedded cloud takes signed AWS calls: export ' +
      `AWS_ENDPOINT_URL=http://${headers.host ?? '127.0.0.1'} with the AWS_ACCESS_KEY_ID, ` +
      'AWS_SECRET_ACCESS_KEY and AWS_REGION that `npm start` prints. ' +
      `Unsigned are only ${CONTROL_PREFIX}… and the REST API's routes.`,
  };
}

function unknownKey(service: AwsService): AwsReply {
  return service.service === 's3'
    ? service.errorReply(
        403,
        'InvalidAccessKeyId',
        'The AWS access key ID you provided does not exist in our records.',
      )
    : service.errorReply(
        400,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
}
