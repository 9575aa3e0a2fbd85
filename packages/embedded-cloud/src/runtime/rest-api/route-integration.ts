import type { Resource } from '../template/resource.ts';
import type { IntegrationProperties } from './integration-properties.ts';
import { type MockAnswer, readMock } from './mock.ts';

/** The integration that answers the requests of a method. */
export type RouteIntegration =
  | { kind: 'function'; function_arn: string; timeout_ms: number }
  /** A function whose response is streamed. After `idle_ms` without a byte, the stream is cut off. */
  | { kind: 'stream'; function_arn: string; timeout_ms: number; idle_ms: number }
  | { kind: 'mock'; answer: MockAnswer; converts_to_text: boolean };

/**
 * Limits of the duration of an integration, in milliseconds. A stream may take longer.
 * Sources:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
 */
const LEAST_MS = 50;
const DEFAULT_TIMEOUT_MS = 29_000;
const MOST_MS = { BUFFERED: 29_000, STREAM: 900_000 };
/** Longest time without a byte of a stream, for regional and for edge-optimized endpoints. */
const IDLE_MS = 300_000;
const IDLE_EDGE_MS = 30_000;

/**
 * The URIs by which API Gateway invokes functions. A stream needs another API of Lambda.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
const INVOCATIONS = {
  BUFFERED: /2015-03-31\/functions\/(arn:[^/]+)\/invocations$/,
  STREAM: /2021-11-15\/functions\/(arn:[^/]+)\/response-streaming-invocations$/,
};
const URI_FORMS = {
  BUFFERED: '…/2015-03-31/functions/ARN/invocations',
  STREAM: '…/2021-11-15/functions/ARN/response-streaming-invocations',
};

/**
 * Reads the integration of a method.
 *
 * @param is_edge_optimized whether the endpoint of the API is edge-optimized.
 * @throws {Error} if the integration is not emulated.
 */
export function readIntegration(
  method: Resource,
  properties: IntegrationProperties = {},
  is_edge_optimized = false,
): RouteIntegration {
  const label = `${method.logical_id} (${method.type})`;
  if (properties.Type !== 'AWS_PROXY' && properties.ResponseTransferMode === 'STREAM') {
    throw new Error(`${label}: only a proxy integration can stream, not ${properties.Type}.`);
  }
  if (properties.Type === 'MOCK') {
    const converts_to_text = properties.ContentHandling === 'CONVERT_TO_TEXT';
    return { kind: 'mock', answer: readMock(label, properties), converts_to_text };
  }
  if (properties.Type !== 'AWS_PROXY') {
    throw new Error(
      `${label}: integration ${properties.Type} is not emulated. Use AWS_PROXY, or MOCK.`,
    );
  }
  const { ResponseTransferMode: mode = 'BUFFERED', ContentHandling, Uri = '' } = properties;
  if (mode !== 'BUFFERED' && mode !== 'STREAM') {
    throw new Error(`${label}: ResponseTransferMode ${mode} is unknown. Use BUFFERED or STREAM.`);
  }
  const function_arn = INVOCATIONS[mode].exec(Uri)?.[1];
  if (function_arn === undefined) {
    throw new Error(
      `${label}: the Uri of its integration must contain a function's ARN. With the transfer mode ` +
        `${mode}, it has the form ${URI_FORMS[mode]}.`,
    );
  }
  const timeout_ms = readTimeout(label, mode, properties.TimeoutInMillis);
  if (mode === 'BUFFERED') return { kind: 'function', function_arn, timeout_ms };
  if (ContentHandling !== undefined) {
    throw new Error(`${label}: a streamed response has no ContentHandling.`);
  }
  const idle_ms = is_edge_optimized ? IDLE_EDGE_MS : IDLE_MS;
  return { kind: 'stream', function_arn, timeout_ms, idle_ms };
}

/** @throws {Error} if API Gateway refuses the timeout. */
function readTimeout(label: string, mode: keyof typeof MOST_MS, value: number | undefined): number {
  const timeout_ms = Number(value ?? DEFAULT_TIMEOUT_MS);
  if (timeout_ms >= LEAST_MS && timeout_ms <= MOST_MS[mode]) return timeout_ms;
  throw new Error(
    `${label}: Timeout should be between ${LEAST_MS} ms and ${MOST_MS[mode]} ms, not ${timeout_ms}.`,
  );
}
