import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { EXPOSED_HEADERS } from '../../schemas/http/cors.ts';
import { NO_CALLER, NO_VALID_CALLER } from '../../schemas/http/refusals.ts';

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
    message: NO_CALLER,
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    code: 'FORBIDDEN',
    message: NO_VALID_CALLER,
  },
  {
    type: ResponseType.INVALID_API_KEY,
    status: 403,
    code: 'FORBIDDEN',
    message: NO_VALID_CALLER,
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
    // The function crashed, took too long, or answered with more than 6 MB.
    type: ResponseType.INTEGRATION_FAILURE,
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The API did not complete the request',
    retry_after: 5,
  },
  {
    // Lambda throttled the function, or API Gateway may not invoke it.
    type: ResponseType.API_CONFIGURATION_ERROR,
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The API has too many requests at the moment',
    retry_after: 1,
  },
  {
    type: ResponseType.AUTHORIZER_FAILURE,
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The API key could not be checked',
    retry_after: 1,
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send the body without an encoding, or with gzip or deflate',
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

export function addGatewayResponses(api: apigateway.RestApi, cors_origins: string[]): void {
  for (const response of RESPONSES) {
    api.addGatewayResponse(`Answer${response.type.responseType}`, {
      type: response.type,
      statusCode: String(response.status),
      templates: { 'application/json': toBody(response) },
      responseHeaders: { ...toHeaders(response), ...corsHeaders(cors_origins) },
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

/**
 * Returns the headers that let a web page read a response. A gateway response cannot choose between
 * several origins, so it then allows the origin of the request. The response has no data of a
 * tenant, and a browser sends no API key by itself.
 */
function corsHeaders(origins: string[]): Record<string, string> {
  const [first, ...others] = origins;
  if (first === undefined) return {};
  return {
    'Access-Control-Allow-Origin':
      others.length > 0 ? 'method.request.header.Origin' : `'${first}'`,
    'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS.join()}'`,
    Vary: "'Origin'",
  };
}
