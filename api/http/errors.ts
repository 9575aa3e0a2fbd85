import {
  type ErrorCode,
  type ErrorResponse,
  type Right,
  ServiceError,
} from '../../schemas/index.ts';

/** HTTP status of each error code. */
export const STATUS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  MISSING_RIGHT: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMIT_EXCEEDED: 429,
  BUDGET_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<ErrorCode, number>;

/**
 * Time that a caller should wait before a retry, in seconds. The time after a throttled call is
 * short, because Comprehend's token bucket refills within a second. The time after a failed call is
 * longer, because a service that fails needs longer to recover. If other texts have taken the slots
 * of the quota for the next seconds, the caller waits for about half of them.
 */
export const RETRY_AFTER = { throttle: 1, out_of_quota: 4, failure: 5 };

interface HttpErrorOptions {
  /** Name of the invalid field of the request, or `body` if the whole body is invalid. */
  field?: string | undefined;
  details?: { field: string; message: string }[];
  /** Time to wait before a retry, in seconds. */
  retry_after?: number | undefined;
  /** Time at which the budget resets, in ISO 8601. */
  resets_at?: string | undefined;
  /** Rights of which the request needs one. */
  required_rights?: Right[];
  headers?: Record<string, string>;
}

/** Error that becomes the API's answer. The message must not quote the caller's input. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly code: ErrorCode;
  readonly options: HttpErrorOptions;

  constructor(code: ErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message);
    this.code = code;
    this.options = options;
  }
}

export function notFound(kind: string): HttpError {
  return new HttpError('NOT_FOUND', `There is no such ${kind}`);
}

/**
 * Translates an error that a handler threw. Returns undefined if the error is neither an HttpError
 * nor a ServiceError, because every other error is a bug.
 */
export function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (!(error instanceof ServiceError)) return undefined;
  return new HttpError('SERVICE_UNAVAILABLE', 'A service behind the API does not answer', {
    retry_after: error.throttled ? RETRY_AFTER.throttle : RETRY_AFTER.failure,
  });
}

const BUG = new HttpError('INTERNAL_ERROR', 'An internal error occurred');

/**
 * Builds the status, headers and body of the answer to a request that failed. If the error is
 * undefined, the cause is a bug, and the answer contains no details.
 */
export function toErrorResponse(error: HttpError | undefined, request_id: string, now: number) {
  const { code, message, options } = error ?? BUG;
  const { headers = {}, ...details } = options;
  const body: ErrorResponse = {
    error: { code, message, ...details, request_id, timestamp: new Date(now).toISOString() },
  };
  const retry: Record<string, string> =
    options.retry_after === undefined ? {} : { 'Retry-After': String(options.retry_after) };
  return { status: STATUS[code], headers: { ...headers, ...retry }, body };
}
