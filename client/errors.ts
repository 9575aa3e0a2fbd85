/**
 * The API refused a request, or did not answer.
 *
 * @example
 * import { ApiError, createClient } from 'aurastream/client';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * try {
 *   await client.status('job_unknown');
 * } catch (error) {
 *   if (!(error instanceof ApiError)) throw error;
 *   console.error(error.status, error.code, error.message, error.request_id);
 * }
 */
export class ApiError extends Error {
  override name = 'ApiError';
  /** The HTTP status; 0 if no answer came. */
  readonly status: number;
  /** A stable name of the error, such as `VALIDATION_ERROR`; `UNREACHABLE` if no answer came. */
  readonly code: string;
  /** The field of the request that is wrong, if one is. */
  readonly field: string | undefined;
  /** Seconds to wait before the next request, if the API names them. */
  readonly retry_after: number | undefined;
  /** Identifies the request in the API's log. */
  readonly request_id: string | undefined;

  constructor(
    status: number,
    message: string,
    details: {
      code: string;
      field?: string | undefined;
      retry_after?: number | undefined;
      request_id?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.status = status;
    this.code = details.code;
    this.field = details.field;
    this.retry_after = details.retry_after;
    this.request_id = details.request_id;
  }
}
