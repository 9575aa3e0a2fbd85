import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import type { Stack } from '../template/stack.ts';
import { type ApiAnswer, proxyAnswer } from './answer.ts';
import type { RestApi, Route } from './api.ts';
import { type Authorized, type AuthorizerSpec, createAuthorizer } from './authorizer.ts';
import type { GatewayResponses, ResponseType } from './gateway-response.ts';
import { type ApiRequest, proxyEvent } from './proxy-event.ts';
import { createRouter } from './router.ts';
import { createTokenBucket } from './throttle.ts';
import type { Admission } from './usage.ts';

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const PAYLOAD_BYTES = 10 * 1024 * 1024;

export interface FrontOptions {
  api: RestApi;
  /** Whether a resource policy lets API Gateway invoke the function for this route. */
  isPermitted: (route: Route, method: string) => boolean;
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  authorizers: Map<string, AuthorizerSpec>;
  /** Holds a key against its usage plan. */
  admitKey: (key: string | undefined) => Admission;
  responses: GatewayResponses;
  now: () => number;
}

/** Why API Gateway answers by itself. */
type Refusal = { kind: ResponseType; authorizer: Record<string, string> };

/**
 * One stage of a REST API: routes, who may, limits, and the functions behind them; in the order of API Gateway: the
 * authorizer, the API key with its usage plan, the stage's own limit, the function.
 */
export function createFront(options: FrontOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  const { api, now } = options;
  const match = createRouter(api.routes);
  const admit = api.throttle === undefined ? () => true : createTokenBucket(api.throttle, now);
  const authorize = authorizersOf(options);

  const answer = async (request: ApiRequest, request_id: string): Promise<ApiAnswer | Refusal> => {
    const refused = (kind: ResponseType, authorizer = {}): Refusal => ({ kind, authorizer });
    const matched = match(request.method, request.path);
    if (matched === undefined) return refused('MISSING_AUTHENTICATION_TOKEN');
    if (request.body.length > PAYLOAD_BYTES) return refused('REQUEST_TOO_LARGE');
    const { route } = matched;
    const event = proxyEvent(api, matched, request, { request_id, now: now() });
    const authorized = await authorize(route, request, event);
    if (authorized.kind !== 'allowed') return refused(authorized.kind);
    const { context, usage_key } = authorized;
    const key = api.key_source === 'AUTHORIZER' ? usage_key : request.headers['x-api-key'];
    const admitted = route.needs_key ? options.admitKey(key) : undefined;
    if (admitted !== undefined && admitted.kind !== 'admitted') {
      return refused(admitted.kind, context);
    }
    if (!admit()) return refused('THROTTLED', context);
    if (!options.isPermitted(route, request.method)) return refused('API_CONFIGURATION_ERROR');
    const { identity } = event.requestContext;
    const whole = {
      ...event,
      requestContext: {
        ...event.requestContext,
        ...(route.authorizer_id === undefined ? {} : { authorizer: context }),
        identity:
          admitted === undefined
            ? identity
            : { ...identity, apiKey: key, apiKeyId: admitted.key_id },
      },
    };
    return integrate(options, route, JSON.stringify(whole));
  };

  return async (request) => {
    const request_id = randomUUID();
    const given = await answer(request, request_id);
    const { status, headers, body } =
      'kind' in given
        ? options.responses(given.kind, {
            request_id,
            now: now(),
            authorizer: given.authorizer,
            headers: request.headers,
          })
        : given;
    const stamped = { ...headers, 'x-amzn-requestid': request_id };
    return { status, headers: stamped, body };
  };
}

async function integrate(
  { invoke }: FrontOptions,
  route: Route,
  payload: string,
): Promise<ApiAnswer | Refusal> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), route.timeout_ms);
  });
  const invocation = await Promise.race([invoke(route.function_arn, payload), late]);
  clearTimeout(timer);
  const refused = (kind: ResponseType): Refusal => ({ kind, authorizer: {} });
  if (invocation === undefined) return refused('INTEGRATION_TIMEOUT');
  if (invocation.kind === 'failed') return refused('INTEGRATION_FAILURE');
  if (invocation.kind === 'answered') {
    return proxyAnswer(invocation.payload) ?? refused('INTEGRATION_FAILURE');
  }
  const is_too_large = invocation.code === 'RequestTooLargeException';
  return refused(is_too_large ? 'REQUEST_TOO_LARGE' : 'API_CONFIGURATION_ERROR');
}

function authorizersOf(options: FrontOptions) {
  const known = new Map<string, ReturnType<typeof createAuthorizer>>();
  for (const [id, spec] of options.authorizers)
    known.set(id, createAuthorizer({ ...options, spec }));
  return async (route: Route, request: ApiRequest, event: object): Promise<Authorized> => {
    const authorizer =
      route.authorizer_id === undefined ? undefined : known.get(route.authorizer_id);
    if (authorizer === undefined) return { kind: 'allowed', context: {} };
    return authorizer(request, event);
  };
}

interface PermissionProperties {
  Action: string;
  Principal: string;
  FunctionName: string;
  SourceArn?: string;
}

/** Reads the functions' resource policies: who may invoke them on whose behalf. */
export function apiPermissions(stack: Stack, api: RestApi): FrontOptions['isPermitted'] {
  const permissions = stack
    .resources('AWS::Lambda::Permission')
    .map((permission) => permission.properties() as unknown as PermissionProperties)
    .filter(({ Action, Principal }) => {
      return Action === 'lambda:InvokeFunction' && Principal === 'apigateway.amazonaws.com';
    })
    .map(({ FunctionName, SourceArn }) => {
      return { FunctionName, sources: SourceArn === undefined ? undefined : wildcard(SourceArn) };
    });
  return (route, method) => {
    const path = route.resource_path.replaceAll(/\{[^}]+\}/g, '*');
    const source = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}/${api.stage}/${method}${path}`;
    return permissions.some(
      ({ FunctionName, sources }) =>
        (FunctionName === route.function_arn || route.function_arn.endsWith(`:${FunctionName}`)) &&
        sources?.test(source) !== false,
    );
  };
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
