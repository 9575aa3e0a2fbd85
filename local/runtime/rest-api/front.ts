import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import { pause } from '../pause.ts';
import type { Stack } from '../template/stack.ts';
import {
  type ApiAnswer,
  BAD_INTEGRATION,
  NO_PERMISSION,
  NO_ROUTE,
  proxyAnswer,
  THROTTLED,
  TIMED_OUT,
  TOO_LONG,
} from './answer.ts';
import type { RestApi, Route } from './api.ts';
import { type ApiRequest, proxyEvent } from './proxy-event.ts';
import { createRouter } from './router.ts';
import { createTokenBucket } from './throttle.ts';

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const PAYLOAD_BYTES = 10 * 1024 * 1024;

export interface FrontOptions {
  api: RestApi;
  /** Whether a resource policy lets API Gateway invoke the function for this route. */
  isPermitted: (route: Route, method: string) => boolean;
  invoke: (function_arn: string, payload: string) => Promise<Invocation>;
  now: () => number;
}

/** One stage of a REST API: routes, limits, and the functions behind them. */
export function createFront(options: FrontOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  const { api, now } = options;
  const match = createRouter(api.routes);
  const admit = api.throttle === undefined ? () => true : createTokenBucket(api.throttle, now);

  const answer = async (request: ApiRequest, request_id: string): Promise<ApiAnswer> => {
    const matched = match(request.method, request.path);
    if (matched === undefined) return NO_ROUTE;
    if (request.body.length > PAYLOAD_BYTES) return TOO_LONG;
    if (!admit()) return THROTTLED;
    if (!options.isPermitted(matched.route, request.method)) return NO_PERMISSION;
    const event = proxyEvent(api, matched, request, { request_id, now: now() });
    const ended = new AbortController();
    const invocation = await Promise.race([
      options.invoke(matched.route.function_arn, JSON.stringify(event)),
      pause(matched.route.timeout_ms, ended.signal),
    ]);
    ended.abort();
    return invocation === undefined ? TIMED_OUT : answerOf(invocation);
  };

  return async (request) => {
    const request_id = randomUUID();
    const { status, headers, body } = await answer(request, request_id);
    const stamped = { ...headers, 'x-amzn-requestid': request_id };
    return { status, headers: stamped, body };
  };
}

function answerOf(invocation: Invocation): ApiAnswer {
  if (invocation.kind === 'answered') return proxyAnswer(invocation.payload);
  if (invocation.kind === 'failed') return BAD_INTEGRATION;
  return invocation.code === 'RequestTooLargeException' ? TOO_LONG : NO_PERMISSION;
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
    });
  return (route, method) => {
    const path = route.resource_path.replaceAll(/\{[^}]+\}/g, '*');
    const source = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}/${api.stage}/${method}${path}`;
    return permissions.some(
      ({ FunctionName, SourceArn }) =>
        (FunctionName === route.function_arn || route.function_arn.endsWith(`:${FunctionName}`)) &&
        (SourceArn === undefined || wildcard(SourceArn).test(source)),
    );
  };
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
