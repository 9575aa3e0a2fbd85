import { type ErrorCode, type ErrorResponse, ServiceError } from '../../schemas/index.ts';

/** The HTTP status of each error code. */
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

/** Seconds to wait before a retry. Comprehend's token bucket refills in a second; a failing service takes longer. */
export const RETRY_AFTER = { throttle: 1, failure: 5 };

interface HttpErrorOptions {
  /** The field of the request that is wrong; `body` if the whole body is. */
  field?: string | undefined;
  details?: { field: string; message: string }[];
  /** Seconds. */
  retry_after?: number | undefined;
  headers?: Record<string, string>;
}

/** An error that the API answers with. The message is for the caller and never quotes the caller's text. */
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

/** Translates an error that a handler threw. Returns undefined for a bug: neither an HttpError nor a ServiceError. */
export function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (!(error instanceof ServiceError)) return undefined;
  return new HttpError('SERVICE_UNAVAILABLE', 'A service behind the API does not answer', {
    retry_after: error.throttled ? RETRY_AFTER.throttle : RETRY_AFTER.failure,
  });
}

const BUG = new HttpError('INTERNAL_ERROR', 'An internal error occurred');

/** Builds the status, headers and body of an error. For a bug (undefined) the answer has no details. */
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
