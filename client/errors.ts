/**
 * The error of a request that the API refused or did not answer.
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
  /** HTTP status of the response; 0 if there was no response. */
  readonly status: number;
  /** Stable error code, such as `VALIDATION_ERROR`; `UNREACHABLE` if there was no response. */
  readonly code: string;
  /** Name of the wrong field in the request; undefined if the API names no field. */
  readonly field: string | undefined;
  /** Time to wait before the next request, in seconds; undefined if the API names no time. */
  readonly retry_after: number | undefined;
  /** Id of the request in the API's log. */
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
