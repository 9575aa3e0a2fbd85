import { ServiceError } from '../schemas/index.ts';

/**
 * Error names of throttled calls. The SDK's model of Comprehend's sync operations does not list them.
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
  $metadata?: { httpStatusCode?: number };
}

/** The status of the HTTP response behind an error of the SDK; undefined where there was none. */
export function httpStatus(cause: unknown): number | undefined {
  return ((cause ?? {}) as SdkError).$metadata?.httpStatusCode;
}

/**
 * Turns an error of the SDK into a {@link ServiceError}. A refused request (4xx, throttling excepted) is final; every
 * other call may succeed later, one over a broken connection included.
 */
export function translateError(service: string, cause: unknown): ServiceError {
  const { name = 'UnknownError' } = (cause ?? {}) as SdkError;
  const status = httpStatus(cause);
  const throttled = isThrottling(name) || status === 429;
  const is_refused = status !== undefined && status >= 400 && status < 500 && !throttled;
  return new ServiceError(service, name, { retryable: !is_refused, throttled, cause });
}

/** Calls a service. @throws {ServiceError} */
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
 * Returns a field that the service always sends, although the SDK types it as optional.
 *
 * @throws {ServiceError} `Missing…`, retryable, when the response lacks it.
 */
export function requireField<Value>(
  service: string,
  name: string,
  value: Value | undefined,
): Value {
  if (value === undefined) throw new ServiceError(service, `Missing${name}`, { retryable: true });
  return value;
}
