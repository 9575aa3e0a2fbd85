import * as z from 'zod';
import { right } from '../right.ts';

export const ERROR_CODES = [
  'VALIDATION_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'MISSING_RIGHT',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
  'BUDGET_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const;

/**
 * An error code of the API, such as `VALIDATION_ERROR`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { ErrorCode } from 'aurastream/schemas';
 *
 * const RETRYABLE: ErrorCode[] = ['RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'];
 * console.log(RETRYABLE.length);
 */
export type ErrorCode = (typeof ERROR_CODES)[number];

const resetsAt = z.iso
  .datetime()
  .optional()
  .describe('Time at which the budget resets; only with BUDGET_EXCEEDED.');

/** The error for one text of a batch. */
export const errorDetailSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  field: z.string().optional(),
  retry_after: z.int().optional().describe('Seconds.'),
  resets_at: resetsAt,
});
export type ErrorDetail = z.infer<typeof errorDetailSchema>;

/** The body of every error response of the API. The body never quotes the text of the request. */
export const errorResponseSchema = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    field: z.string().optional(),
    details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    retry_after: z.int().optional().describe('Seconds.'),
    resets_at: resetsAt,
    required_rights: z
      .array(right)
      .optional()
      .describe('Rights of which the request needs one; only with MISSING_RIGHT.'),
    request_id: z.string(),
    timestamp: z.iso.datetime().optional().describe('Absent if the gateway refused the request.'),
  }),
});

/**
 * The body of every error response of the API. The body never quotes the text of the request.
 *
 * @useDeclaredType
 *
 * @example
 * import type { ErrorResponse } from 'aurastream/schemas';
 *
 * async function readError(response: Response): Promise<string> {
 *   const { error } = (await response.json()) as ErrorResponse;
 *   return `${error.code}: ${error.message} (${error.request_id})`;
 * }
 */
export type ErrorResponse = z.infer<typeof errorResponseSchema>;
