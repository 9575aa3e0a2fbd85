import { aws_apigateway as apigateway } from 'aws-cdk-lib';

const { ResponseType } = apigateway;

interface GatewayResponse {
  type: apigateway.ResponseType;
  status: number;
  code: string;
  message: string;
  /** Time until a retry can succeed, in seconds. */
  retry_after?: number;
}

/**
 * Responses that API Gateway writes itself, without an answer of the API's function. The error
 * codes and the format are the same as in schemas/http/errors.ts.
 */
const RESPONSES: GatewayResponse[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'Send your API key in the header X-API-Key',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    code: 'FORBIDDEN',
    message: 'This API key is not valid',
  },
  {
    type: ResponseType.INVALID_API_KEY,
    status: 403,
    code: 'FORBIDDEN',
    message: 'This API key is not valid',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
    message: 'Too many requests per second for this API key',
    retry_after: 1,
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
    message: 'This API key has used up its requests of the month',
    retry_after: 3_600,
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request is too large; upload large inputs instead',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'NOT_FOUND',
    message: 'This path does not exist',
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The response took too long',
    retry_after: 5,
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'An internal error occurred',
  },
  {
    type: ResponseType.BAD_REQUEST_BODY,
    status: 400,
    code: 'VALIDATION_ERROR',
    message: 'The request is not valid',
  },
];

export function addGatewayResponses(api: apigateway.RestApi): void {
  for (const response of RESPONSES) {
    api.addGatewayResponse(`Answer${response.type.responseType}`, {
      type: response.type,
      statusCode: String(response.status),
      templates: { 'application/json': toBody(response) },
      responseHeaders: toHeaders(response),
    });
  }
}

/**
 * Writes the template of a response body. API Gateway replaces `$context.requestId` with the id of
 * the request. The body has no timestamp, because API Gateway cannot format a time in ISO 8601.
 */
function toBody({ code, message, retry_after }: GatewayResponse): string {
  const retry = retry_after === undefined ? '' : `,"retry_after":${retry_after}`;
  return `{"error":{"code":"${code}","message":"${message}"${retry},"request_id":"$context.requestId"}}`;
}

/**
 * Returns the headers of a response. For status 429, the rate limit comes from the authorizer, and
 * the number of remaining requests is always 0, because the client has used all allowed requests.
 */
function toHeaders({ status, retry_after }: GatewayResponse): Record<string, string> {
  const seconds = `'${retry_after}'`;
  return {
    'X-Request-ID': 'context.requestId',
    ...(retry_after === undefined ? {} : { 'Retry-After': seconds }),
    ...(status === 429
      ? {
          'X-RateLimit-Limit': 'context.authorizer.rate_limit',
          'X-RateLimit-Remaining': "'0'",
          'X-RateLimit-Reset': seconds,
        }
      : {}),
  };
}
