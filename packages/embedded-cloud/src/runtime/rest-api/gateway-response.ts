import type { Stack } from '../template/stack.ts';
import type { ApiAnswer } from './answer.ts';

/** The values of `$context` in a response that comes from API Gateway itself. */
interface AnswerContext {
  request_id: string;
  /** Time of the response, in milliseconds since 1970. */
  now: number;
  authorizer: Record<string, string>;
  headers: Record<string, string>;
}

export type ResponseType = keyof typeof DEFAULTS;

/**
 * Status, message and error type of each response that comes from API Gateway itself.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const DEFAULTS = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource', 'AccessDeniedException'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'Internal server error', 'InternalServerErrorException'],
  AUTHORIZER_FAILURE: [500, 'Internal server error', 'InternalServerErrorException'],
  INTEGRATION_FAILURE: [502, 'Internal server error', 'InternalServerErrorException'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out', 'InternalServerErrorException'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error', 'InternalServerErrorException'],
  INVALID_API_KEY: [403, 'Forbidden', 'ForbiddenException'],
  MISSING_AUTHENTICATION_TOKEN: [
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
  ],
  QUOTA_EXCEEDED: [429, 'Limit Exceeded', 'LimitExceededException'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long', 'RequestTooLongException'],
  THROTTLED: [429, 'Too Many Requests', 'TooManyRequestsException'],
  UNAUTHORIZED: [401, 'Unauthorized', 'UnauthorizedException'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type', 'BadRequestException'],
} as const satisfies Record<string, readonly [number, string, string]>;

interface ResponseProperties {
  RestApiId: string;
  ResponseType: string;
  StatusCode?: string | number;
  ResponseParameters?: Record<string, string>;
  ResponseTemplates?: Record<string, string>;
}

export type GatewayResponses = (type: ResponseType, context: AnswerContext) => ApiAnswer;

/**
 * Creates a function that builds API Gateway's own error responses. The template can change the
 * status, headers and body of these responses.
 */
export function gatewayResponses(stack: Stack, api_id: string): GatewayResponses {
  const changed = new Map(
    stack
      .resources('AWS::ApiGateway::GatewayResponse')
      .map((resource) => resource.properties() as unknown as ResponseProperties)
      .filter(({ RestApiId }) => RestApiId === api_id)
      .map((properties) => [properties.ResponseType, properties]),
  );
  return (type, context) => {
    const [status, message, error_type] = DEFAULTS[type];
    const properties =
      changed.get(type) ?? changed.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
    const template =
      properties?.ResponseTemplates?.['application/json'] ??
      '{"message":$context.error.messageString}';
    return {
      status: Number(properties?.StatusCode ?? status),
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': error_type,
        ...mapHeaders(properties?.ResponseParameters ?? {}, context),
      },
      body: fillTemplate(template, message, context),
    };
  };
}

/**
 * Replaces the `$context` variables of a template. Other parts of the template language are not
 * emulated.
 */
function fillTemplate(text: string, message: string, context: AnswerContext): string {
  return text.replace(/\$context\.([A-Za-z.]+)/g, (all, name: string) => {
    if (name === 'error.messageString') return JSON.stringify(message);
    if (name === 'error.message') return message;
    return contextValue(name, context) ?? all;
  });
}

function contextValue(name: string, context: AnswerContext): string | undefined {
  if (name === 'requestId') return context.request_id;
  if (name === 'requestTimeEpoch') return String(context.now);
  if (name.startsWith('authorizer.')) return context.authorizer[name.slice('authorizer.'.length)];
  return undefined;
}

function mapHeaders(
  parameters: Record<string, string>,
  context: AnswerContext,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(parameters)) {
    const name = target.replace(/^gatewayresponse\.header\./, '').toLowerCase();
    const value = source.startsWith("'")
      ? source.slice(1, -1)
      : source.startsWith('context.')
        ? contextValue(source.slice('context.'.length), context)
        : context.headers[source.replace(/^method\.request\.header\./, '').toLowerCase()];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
