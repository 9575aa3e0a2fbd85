/**
 * A call to a service failed. `retryable` says whether the same call may succeed later: the code that throws the error
 * decides this, not the code that catches it. The message names the service, the action and the error code, never a
 * text.
 *
 * @example
 * import type { RecordStream } from 'aurastream/ingest';
 * import { ServiceError } from 'aurastream/schemas';
 *
 * // A stream that is down: the publisher retries, since the error is retryable.
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
  /** True if the service asked for fewer calls. */
  readonly throttled: boolean;

  constructor(
    service: string,
    code: string,
    options: { retryable: boolean; throttled?: boolean; cause?: unknown },
  ) {
    super(`${service}: ${code}`, { cause: options.cause });
    this.service = service;
    this.code = code;
    this.retryable = options.retryable;
    this.throttled = options.throttled ?? false;
  }
}
