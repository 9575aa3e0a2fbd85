import type { Resource } from '../template/resource.ts';
import type { IntegrationProperties } from './integration-properties.ts';
import { type MockAnswer, readMock } from './mock.ts';

/** What answers the requests of a method. */
export type RouteIntegration =
  | { kind: 'function'; function_arn: string; timeout_ms: number }
  | { kind: 'mock'; answer: MockAnswer; converts_to_text: boolean };

/**
 * Maximum duration of an integration, in milliseconds.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const INTEGRATION_TIMEOUT_MS = 29_000;

/**
 * Reads the integration of a method.
 *
 * @throws {Error} if the integration is not emulated.
 */
export function readIntegration(
  method: Resource,
  properties: IntegrationProperties = {},
): RouteIntegration {
  const label = `${method.logical_id} (${method.type})`;
  if (properties.Type === 'MOCK') {
    const converts_to_text = properties.ContentHandling === 'CONVERT_TO_TEXT';
    return { kind: 'mock', answer: readMock(label, properties), converts_to_text };
  }
  if (properties.Type !== 'AWS_PROXY') {
    throw new Error(
      `${label}: integration ${properties.Type} is not emulated. Use AWS_PROXY, or MOCK.`,
    );
  }
  const function_arn = /functions\/(arn:[^/]+)\/invocations/.exec(properties.Uri ?? '')?.[1];
  if (function_arn === undefined) {
    throw new Error(`${label}: the Uri of its integration must contain a function's ARN.`);
  }
  const timeout_ms = Number(properties.TimeoutInMillis ?? INTEGRATION_TIMEOUT_MS);
  return { kind: 'function', function_arn, timeout_ms };
}
