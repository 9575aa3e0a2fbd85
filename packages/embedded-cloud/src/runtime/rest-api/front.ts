import { randomUUID } from 'node:crypto';
import type { Invocation } from '../function/invocation.ts';
import type { ApiAnswer } from './answer.ts';
import type { RestApi, Route } from './api.ts';
import { type Authorized, type AuthorizerSpec, createAuthorizer } from './authorizer.ts';
import type { GatewayResponses, ResponseType } from './gateway-response.ts';
import { invokeIntegration } from './integration.ts';
import { type ApiRequest, proxyEvent } from './proxy-event.ts';
import { createRouter } from './router.ts';
import type { SourceVerdict } from './source-policy.ts';
import { createTokenBucket } from './throttle.ts';
import type { Admission } from './usage.ts';

/**
 * Maximum size of a request's body, in bytes.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const PAYLOAD_BYTES = 10 * 1024 * 1024;

export interface FrontOptions {
  api: RestApi;
  /**
   * Returns whether a resource policy of the route's function allows API Gateway to invoke the
   * function.
   */
  isPermitted: (route: Route, method: string) => boolean;
  /** Evaluates the resource policy of the API for a request. */
  judgeSource: (request: ApiRequest) => SourceVerdict;
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  authorizers: Map<string, AuthorizerSpec>;
  /** Checks an API key against its usage plan, and counts the request toward the key's quota. */
  admitKey: (key: string | undefined) => Admission;
  responses: GatewayResponses;
  now: () => number;
}

/** A refusal that comes from API Gateway itself and not from the route's function. */
interface Refusal {
  kind: ResponseType;
  /** The context that the authorizer returned for the request. */
  authorizer: Record<string, string>;
}

/** Creates the function that answers requests to one stage of a REST API. */
export function createFront(options: FrontOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  const { responses, now } = options;
  const answer = createAnswer(options);
  return async (request) => {
    const request_id = randomUUID();
    const outcome = await answer(request, request_id);
    const { headers: request_headers } = request;
    const { status, headers, body } =
      'kind' in outcome
        ? responses(outcome.kind, {
            request_id,
            now: now(),
            authorizer: outcome.authorizer,
            headers: request_headers,
          })
        : outcome;
    return { status, headers: { ...headers, 'x-amzn-requestid': request_id }, body };
  };
}

/**
 * Creates the function that checks a request and then invokes the route's function. Like API
 * Gateway, the created function checks the route, the size, the resource policy of the API, the
 * authorizer, the API key with its usage plan, the limit of the stage, and the permission to invoke,
 * in this order.
 */
function createAnswer(options: FrontOptions) {
  const { api, now } = options;
  const match = createRouter(api.routes);
  const admit = api.throttle === undefined ? () => true : createTokenBucket(api.throttle, now);
  const authorize = createAuthorize(options);

  return async (request: ApiRequest, request_id: string): Promise<ApiAnswer | Refusal> => {
    const matched = match(request.method, request.path);
    if (matched === undefined) return refuse('MISSING_AUTHENTICATION_TOKEN');
    if (request.body.length > PAYLOAD_BYTES) return refuse('REQUEST_TOO_LARGE');
    const { route } = matched;
    if (isRefused(options.judgeSource(request), route)) return refuse('ACCESS_DENIED');
    const event = proxyEvent(api, matched, request, { request_id, now: now() });
    const authorized = await authorize(route, request, event);
    if (authorized.kind !== 'allowed') return refuse(authorized.kind);
    const { context, usage_key } = authorized;
    const key = api.key_source === 'AUTHORIZER' ? usage_key : request.headers['x-api-key'];
    const admission = route.needs_key ? options.admitKey(key) : undefined;
    if (admission !== undefined && admission.kind !== 'admitted') {
      return refuse(admission.kind, context);
    }
    if (!admit()) return refuse('THROTTLED', context);
    if (!options.isPermitted(route, request.method)) return refuse('API_CONFIGURATION_ERROR');
    const api_key = admission && { apiKey: key, apiKeyId: admission.key_id };
    const authorizer = route.authorizer_id === undefined ? undefined : context;
    const payload = JSON.stringify(withCaller(event, authorizer, api_key));
    const outcome = await invokeIntegration(options.invoke, route, payload);
    return typeof outcome === 'string' ? refuse(outcome) : outcome;
  };
}

/**
 * Returns true if the resource policy refuses the request. An explicit denial refuses every request.
 * A policy that says nothing refuses the request only if the route has no authorizer, because an
 * authorizer decides such a request alone.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function isRefused(verdict: SourceVerdict, { authorizer_id }: Route): boolean {
  return verdict === 'denied' || (verdict === 'silent' && authorizer_id === undefined);
}

function refuse(kind: ResponseType, authorizer: Record<string, string> = {}): Refusal {
  return { kind, authorizer };
}

/**
 * Adds the authorizer's context and the API key to the event. A value that the route does not use
 * is not added.
 */
function withCaller(
  event: ReturnType<typeof proxyEvent>,
  authorizer: Record<string, string> | undefined,
  api_key: object | undefined,
): object {
  const { requestContext } = event;
  return {
    ...event,
    requestContext: {
      ...requestContext,
      ...(authorizer === undefined ? {} : { authorizer }),
      identity: { ...requestContext.identity, ...api_key },
    },
  };
}

function createAuthorize(options: FrontOptions) {
  const authorizers = new Map(
    [...options.authorizers].map(([id, spec]) => [id, createAuthorizer({ ...options, spec })]),
  );
  return async (route: Route, request: ApiRequest, event: object): Promise<Authorized> => {
    const authorizer = authorizers.get(route.authorizer_id ?? '');
    if (authorizer === undefined) return { kind: 'allowed', context: {} };
    return authorizer(request, event);
  };
}
