/**
 * A service did not do its part. `retryable`: whether the same call may succeed later; the policy lives here,
 * not in those who catch it. The message names service, action and error code, never a text.
 */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly service: string;
  readonly code: string;
  readonly retryable: boolean;
  /** True where the service asked for fewer calls. */
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
