import type { ErrorCode, ErrorResponse } from '../schemas/index.ts';

/** What each error is in HTTP. */
const STATUS = {
  VALIDATION_ERROR: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<ErrorCode, number>;

interface ApiErrorOptions {
  /** The field of the request that is wrong; `body` for the whole of it. */
  field?: string;
  details?: { field: string; message: string }[];
  /** Seconds. */
  retry_after?: number;
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

/** Status, headers and body of an error; what is no {@link ApiError} tells the caller nothing. */
export function errorAnswer(error: unknown, request_id: string, now: number) {
  const { code, message, options } =
    error instanceof ApiError
      ? error
      : {
          code: 'INTERNAL_ERROR' as const,
          message: 'Something went wrong on our side',
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
