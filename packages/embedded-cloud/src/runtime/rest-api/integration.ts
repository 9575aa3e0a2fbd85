import type { Invocation } from '../function/invocation.ts';
import { type ApiAnswer, proxyAnswer } from './answer.ts';
import type { ResponseType } from './gateway-response.ts';
import type { RouteIntegration } from './route-integration.ts';

type FunctionIntegration = Extract<RouteIntegration, { kind: 'function' }>;

/**
 * Invokes the function of a route.
 * @returns the function's answer. If the invocation fails, returns the type of the error response
 * that API Gateway sends instead.
 */
export async function invokeFunction(
  invoke: (function_arn: string, payload: string) => Promise<Invocation>,
  { function_arn, timeout_ms }: FunctionIntegration,
  payload: string,
  media: { binary_media_types: string[]; accept: string | undefined },
): Promise<ApiAnswer | ResponseType> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeout_ms);
  });
  const invocation = await Promise.race([invoke(function_arn, payload), timeout]);
  clearTimeout(timer);
  if (invocation === undefined) return 'INTEGRATION_TIMEOUT';
  if (invocation.kind === 'answered') {
    return proxyAnswer(invocation.payload, media) ?? 'INTEGRATION_FAILURE';
  }
  return refusalOf(invocation) ?? 'INTEGRATION_FAILURE';
}

/** Returns the type of the error response to an invocation that Lambda has refused. */
export function refusalOf(invocation: Invocation): ResponseType | undefined {
  if (invocation.kind !== 'refused') return undefined;
  const isTooLarge = invocation.code === 'RequestTooLargeException';
  return isTooLarge ? 'REQUEST_TOO_LARGE' : 'API_CONFIGURATION_ERROR';
}
