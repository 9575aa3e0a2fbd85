import { ServiceError } from '../schemas/index.ts';

/**
 * Error names of throttled calls. The list is necessary because the SDK's model of Comprehend's
 * synchronous operations does not list these names.
 * Source: @smithy/core retry, THROTTLING_ERROR_CODES.
 */
const THROTTLING = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'LimitExceededException',
  'SlowDown',
]);

export function isThrottling(error_name: string): boolean {
  return THROTTLING.has(error_name);
}

interface SdkError {
  name?: string;
  code?: unknown;
  cause?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/**
 * Returns the HTTP status of the response that caused an SDK error. Returns undefined if there was
 * no response.
 */
export function httpStatus(cause: unknown): number | undefined {
  return ((cause ?? {}) as SdkError).$metadata?.httpStatusCode;
}

/** Code of the SDK's own time limits. The error's name says that more clearly. */
const TIME_LIMIT = 'ETIMEDOUT';

/**
 * Names an SDK error. If the connection failed, the name is the code of the error or of its cause,
 * such as ECONNREFUSED, ECONNRESET or ERR_HTTP2_ERROR. The error's own name is then only `Error`.
 */
function nameError(error: SdkError): string {
  const code = httpStatus(error) === undefined ? connectionCode(error) : undefined;
  return code === undefined || code === TIME_LIMIT ? (error.name ?? 'UnknownError') : code;
}

function connectionCode({ code, cause }: SdkError): string | undefined {
  if (typeof code === 'string' && /^E[A-Z0-9_]+$/.test(code)) return code;
  return cause instanceof Error ? connectionCode(cause) : undefined;
}

/** Statuses of a request whose content the service refuses. */
const INPUT_STATUSES = new Set([400, 413, 422]);
/**
 * Matches the error names of status 400 that do not concern the content of a request, but the
 * caller, the account or the operation. AWS publishes no complete list of the other names.
 * Source: the common errors of the AWS API references.
 */
const ABOUT_THE_CALLER =
  /access|authori[sz]|authentication|client|token|signature|subscription|optin|quota|expired|operation|action/i;

/**
 * Converts an SDK error to a {@link ServiceError}. A refused request (status 4xx, except
 * throttling) is not retryable. Every other failed call, such as a call whose connection broke, is
 * retryable, because the call may succeed later.
 */
export function translateError(service: string, cause: unknown): ServiceError {
  const name = nameError((cause ?? {}) as SdkError);
  const status = httpStatus(cause);
  const throttled = isThrottling(name) || status === 429;
  const is_refused = status !== undefined && status >= 400 && status < 500 && !throttled;
  const refuses_input = is_refused && INPUT_STATUSES.has(status) && !ABOUT_THE_CALLER.test(name);
  return new ServiceError(service, name, {
    retryable: !is_refused,
    throttled,
    refuses_input,
    cause,
  });
}

/**
 * Calls a service and converts errors of the call.
 *
 * @throws {ServiceError} if the call fails.
 */
export async function callService<Output>(
  service: string,
  call: () => Promise<Output>,
): Promise<Output> {
  try {
    return await call();
  } catch (cause) {
    throw translateError(service, cause);
  }
}

/**
 * Returns a field that the service always sends, although the SDK types the field as optional.
 *
 * @throws {ServiceError} if the response lacks the field. The error is retryable, and its code is
 * `Missing` followed by the name of the field.
 */
export function requireField<Value>(
  service: string,
  name: string,
  value: Value | undefined,
): Value {
  if (value === undefined) throw new ServiceError(service, `Missing${name}`, { retryable: true });
  return value;
}
