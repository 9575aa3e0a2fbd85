import { randomUUID } from 'node:crypto';
import type { Invocation } from '../function/invocation.ts';
import type { ApiAnswer } from './answer.ts';
import type { RestApi, Route } from './api.ts';
import { type Authorized, type AuthorizerSpec, createAuthorizer } from './authorizer.ts';
import { compressAnswer, decompressBody } from './compression.ts';
import type { GatewayResponses, ResponseType } from './gateway-response.ts';
import { hasLargeHeaders, LARGE_HEADERS } from './header-limit.ts';
import { invokeFunction } from './integration.ts';
import { firstMediaType, isBinaryType } from './media-type.ts';
import { type ApiRequest, proxyEvent } from './proxy-event.ts';
import { createRouter, type Match } from './router.ts';
import type { SourceVerdict } from './source-policy.ts';
import { type InvokeWithResponseStream, streamFunction } from './stream-integration.ts';
import { createAdmit } from './throttles.ts';
import type { Admission } from './usage.ts';

/**
 * Maximum size of a request's body, in bytes.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const PAYLOAD_BYTES = 10 * 1024 * 1024;

export interface FrontOptions {
  api: RestApi;
  /**
   * Returns whether a resource policy of a function allows API Gateway to invoke the function for a
   * method of a resource.
   */
  isPermitted: (function_arn: string, resource_path: string, method: string) => boolean;
  /** Evaluates the resource policy of the API for a request. */
  judgeSource: (request: ApiRequest) => SourceVerdict;
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  invokeWithResponseStream: InvokeWithResponseStream;
  authorizers: Map<string, AuthorizerSpec>;
  /** Takes a token of the account, which all stages share. */
  admitToAccount: () => boolean;
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
    const { headers, ...rest } =
      'kind' in outcome
        ? responses(outcome.kind, {
            request_id,
            now: now(),
            authorizer: outcome.authorizer,
            headers: request_headers,
          })
        : outcome;
    return { ...rest, headers: { ...headers, 'x-amzn-requestid': request_id } };
  };
}

/**
 * Creates the function that checks a request and then answers it through the route's integration.
 * Like API Gateway, the created function checks the headers, the route, the size, the resource policy
 * of the API, the authorizer, the API key with its usage plan, the limits of the method and of the
 * account, and the permission to invoke, in this order.
 */
function createAnswer(options: FrontOptions) {
  const { api, now } = options;
  const match = createRouter(api.routes);
  const admit = createAdmit(api.throttles, options.admitToAccount, now);
  const authorize = createAuthorize(options);

  return async (sent: ApiRequest, request_id: string): Promise<ApiAnswer | Refusal> => {
    if (hasLargeHeaders(sent)) return LARGE_HEADERS;
    const matched = match(sent.method, sent.path);
    if (matched === undefined) return refuse('MISSING_AUTHENTICATION_TOKEN');
    const request = readBody(sent);
    if ('kind' in request || 'status' in request) return request;
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
    if (!admit(route.resource_path, request.method)) return refuse('THROTTLED', context);
    const api_key = admission && { apiKey: key, apiKeyId: admission.key_id };
    const authorizer = route.authorizer_id === undefined ? undefined : context;
    return integrate(options, matched, request, withCaller(event, authorizer, api_key));
  };
}

/**
 * The answer to a body of more than 10 MB. AWS sends plain text, and a gateway response of the
 * template does not change it. The gateway response is for an event that Lambda finds too large.
 */
const LARGE_BODY: ApiAnswer = {
  status: 413,
  headers: { 'content-type': 'text; charset=utf-8' },
  body: `HTTP content length exceeded ${PAYLOAD_BYTES} bytes.`,
};

/** Decompresses the body of a request. Refuses a body that is too large. */
function readBody(request: ApiRequest): ApiRequest | ApiAnswer | Refusal {
  if (request.body.length > PAYLOAD_BYTES) return LARGE_BODY;
  const body = decompressBody(request.body, request.headers['content-encoding'], PAYLOAD_BYTES);
  if (body === 'too_large') return refuse('REQUEST_TOO_LARGE');
  return body === 'unsupported' ? refuse('UNSUPPORTED_MEDIA_TYPE') : { ...request, body };
}

/**
 * Returns true if the API treats the body of a request as binary. A mock integration cannot read such
 * a request, unless it converts the content to text. A request without a content type counts as JSON.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 */
function isBinaryRequest({ binary_media_types }: RestApi, headers: Record<string, string>) {
  const content_type = headers['content-type'] ?? 'application/json';
  return isBinaryType(binary_media_types, firstMediaType(content_type));
}

/**
 * Answers a request through the integration of its route, and compresses the answer. A streamed
 * answer is not compressed, because API Gateway would have to wait for all of it.
 */
async function integrate(
  { api, isPermitted, invoke, invokeWithResponseStream }: FrontOptions,
  { route: { integration, resource_path } }: Match,
  { method, headers }: ApiRequest,
  event: object,
): Promise<ApiAnswer | Refusal> {
  if (integration.kind === 'mock') {
    const is_readable = integration.converts_to_text || !isBinaryRequest(api, headers);
    return is_readable ? integration.answer(headers) : refuse('API_CONFIGURATION_ERROR');
  }
  if (!isPermitted(integration.function_arn, resource_path, method)) {
    return refuse('API_CONFIGURATION_ERROR');
  }
  if (integration.kind === 'stream') {
    const payload = JSON.stringify(event);
    const streamed = await streamFunction(invokeWithResponseStream, integration, payload);
    return typeof streamed === 'string' ? refuse(streamed) : streamed;
  }
  const { binary_media_types } = api;
  const media = { binary_media_types, accept: headers.accept };
  const outcome = await invokeFunction(invoke, integration, JSON.stringify(event), media);
  if (typeof outcome === 'string') return refuse(outcome);
  return compressAnswer(outcome, headers['accept-encoding'], api.minimum_compression_bytes);
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
