/** An HTTP answer; a header with several values is sent once each. */
export interface ApiAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
}

/**
 * What API Gateway itself says, in its form.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function gatewayAnswer(status: number, error_type: string, message: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error_type },
    body: JSON.stringify({ message }),
  };
}

export const NO_ROUTE = gatewayAnswer(
  403,
  'MissingAuthenticationTokenException',
  'Missing Authentication Token',
);
export const TOO_LONG = gatewayAnswer(413, 'RequestTooLongException', 'Request Too Long');
export const THROTTLED = gatewayAnswer(429, 'TooManyRequestsException', 'Too Many Requests');
export const NO_PERMISSION = gatewayAnswer(
  500,
  'InternalServerErrorException',
  'Internal server error',
);
export const BAD_INTEGRATION = gatewayAnswer(
  502,
  'InternalServerErrorException',
  'Internal server error',
);
export const TIMED_OUT = gatewayAnswer(
  504,
  'InternalServerErrorException',
  'Endpoint request timed out',
);

/** Reads a proxy integration's answer; one that has not the form that API Gateway asks for is a 502. */
export function proxyAnswer(payload: string): ApiAnswer {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null) return BAD_INTEGRATION;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer as Record<
    string,
    unknown
  >;
  const status = Number(statusCode);
  const isText = typeof body === 'string' || body === undefined || body === null;
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isText) return BAD_INTEGRATION;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...textHeaders(headers),
      ...textHeaders(multiValueHeaders),
    },
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

function textHeaders(headers: unknown): Record<string, string | string[]> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}
