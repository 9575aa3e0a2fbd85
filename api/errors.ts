import { type ErrorCode, type ErrorResponse, ServiceError } from '../schemas/index.ts';

/** What each error is in HTTP. */
export const STATUS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<ErrorCode, number>;

interface ApiErrorOptions {
  /** The field of the request that is wrong; `body` for the whole of it. */
  field?: string | undefined;
  details?: { field: string; message: string }[];
  /** Seconds. */
  retry_after?: number | undefined;
  headers?: Record<string, string>;
}

/** An answer that is an error. The message is for the caller and never holds the caller's text. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly options: ApiErrorOptions;

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message);
    this.code = code;
    this.options = options;
  }
}

/** Seconds after which a service that asked for fewer calls, or that fails, is worth another try. */
const RETRY_AFTER_THROTTLE = 1;
const RETRY_AFTER_FAILURE = 5;

/** What the caller is told of an error: a service that did not do its part is no bug. Undefined: it is one. */
export function asApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (!(error instanceof ServiceError)) return undefined;
  const retry_after = error.throttled ? RETRY_AFTER_THROTTLE : RETRY_AFTER_FAILURE;
  return new ApiError('SERVICE_UNAVAILABLE', 'A service that this needs does not answer', {
    retry_after,
  });
}

/** Status, headers and body of an error; undefined, a bug, tells the caller nothing. */
export function errorAnswer(error: ApiError | undefined, request_id: string, now: number) {
  const { code, message, options } =
    error !== undefined
      ? error
      : {
          code: 'INTERNAL_ERROR' as const,
          message: 'An internal error occurred',
          options: {},
        };
  const { headers = {}, ...said } = options;
  const body: ErrorResponse = {
    error: { code, message, ...said, request_id, timestamp: new Date(now).toISOString() },
  };
  const retry: Record<string, string> =
    options.retry_after === undefined ? {} : { 'Retry-After': String(options.retry_after) };
  return { status: STATUS[code], headers: { ...headers, ...retry }, body };
}
