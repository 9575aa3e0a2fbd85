import { aws_apigateway as apigateway } from 'aws-cdk-lib';

const { ResponseType } = apigateway;

interface Answer {
  type: apigateway.ResponseType;
  status: number;
  code: string;
  message: string;
  /** Seconds after which the same request may pass. */
  retry_after?: number;
}

/** What API Gateway answers by itself, in the shape and with the codes of schemas/http/errors.ts. */
const ANSWERS: Answer[] = [
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
    message: 'This API key is not valid here',
  },
  {
    type: ResponseType.INVALID_API_KEY,
    status: 403,
    code: 'FORBIDDEN',
    message: 'This API key is not valid here',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
    message: 'Too many requests a second for this API key',
    retry_after: 1,
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
    message: 'The requests of this month are used up',
    retry_after: 3_600,
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request is larger than the API takes; upload large inputs',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'NOT_FOUND',
    message: 'There is nothing at this path',
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The answer took too long',
    retry_after: 5,
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'Something went wrong on our side',
  },
  {
    type: ResponseType.BAD_REQUEST_BODY,
    status: 400,
    code: 'VALIDATION_ERROR',
    message: 'The request is not valid',
  },
];

export function gatewayResponses(api: apigateway.RestApi): void {
  for (const answer of ANSWERS) {
    api.addGatewayResponse(`Answer${answer.type.responseType}`, {
      type: answer.type,
      statusCode: String(answer.status),
      templates: { 'application/json': body(answer) },
      responseHeaders: headers(answer),
    });
  }
}

/** Without the time: API Gateway knows it in epoch milliseconds and in Apache's form only. It fills in `$context`. */
function body({ code, message, retry_after }: Answer): string {
  const retry = retry_after === undefined ? '' : `,"retry_after":${retry_after}`;
  return `{"error":{"code":"${code}","message":"${message}"${retry},"request_id":"$context.requestId"}}`;
}

/** The authorizer says what the key's tier allows; of what is left API Gateway tells only that there is nothing. */
function headers({ status, retry_after }: Answer): Record<string, string> {
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
