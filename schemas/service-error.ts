/**
 * The error of a failed call to a service. `retryable` says whether the same call may succeed
 * later. The code that throws the error sets `retryable`, because only that code knows the service.
 * The message contains the name of the service and the error code, and never a user's text.
 *
 * @example
 * import type { RecordStream } from 'aurastream/ingest';
 * import { ServiceError } from 'aurastream/schemas';
 *
 * // This stream is down. The publisher retries, because the error is retryable.
 * export const stream: RecordStream = {
 *   putRecords: async () => {
 *     throw new ServiceError('my-stream', 'Unavailable', { retryable: true });
 *   },
 * };
 */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly service: string;
  readonly code: string;
  readonly retryable: boolean;
  /** True if the service rejected the call because the caller calls too often. */
  readonly throttled: boolean;
  /**
   * True if the service refused the content of the call. The same call without the refused content
   * may succeed. False if the caller lacks a permission.
   */
  readonly refuses_input: boolean;

  constructor(
    service: string,
    code: string,
    options: { retryable: boolean; throttled?: boolean; refuses_input?: boolean; cause?: unknown },
  ) {
    super(`${service}: ${code}`, { cause: options.cause });
    this.service = service;
    this.code = code;
    this.retryable = options.retryable;
    this.throttled = options.throttled ?? false;
    this.refuses_input = options.refuses_input ?? false;
  }
}
