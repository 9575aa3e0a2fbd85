import type { Invocation } from '../function/invocation.ts';
import { type ApiAnswer, proxyAnswer } from './answer.ts';
import type { Route } from './api.ts';
import type { ResponseType } from './gateway-response.ts';

/**
 * Invokes the function of a route.
 * @returns the function's answer. If the invocation fails, returns the type of the error response
 * that API Gateway sends instead.
 */
export async function invokeIntegration(
  invoke: (function_arn: string, payload: string) => Promise<Invocation>,
  route: Route,
  payload: string,
): Promise<ApiAnswer | ResponseType> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), route.timeout_ms);
  });
  const invocation = await Promise.race([invoke(route.function_arn, payload), timeout]);
  clearTimeout(timer);
  if (invocation === undefined) return 'INTEGRATION_TIMEOUT';
  if (invocation.kind === 'failed') return 'INTEGRATION_FAILURE';
  if (invocation.kind === 'answered') {
    return proxyAnswer(invocation.payload) ?? 'INTEGRATION_FAILURE';
  }
  const isTooLarge = invocation.code === 'RequestTooLargeException';
  return isTooLarge ? 'REQUEST_TOO_LARGE' : 'API_CONFIGURATION_ERROR';
}
