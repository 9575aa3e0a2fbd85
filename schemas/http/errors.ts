import * as z from 'zod';

export const ERROR_CODES = [
  'VALIDATION_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What is wrong, without the request it was in: one text of a batch, one record of many. */
export const errorDetailSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  field: z.string().optional(),
  retry_after: z.int().optional().describe('Seconds.'),
});
export type ErrorDetail = z.infer<typeof errorDetailSchema>;

/** Every error of the API has this shape; none echoes the caller's text. */
export const errorResponseSchema = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    field: z.string().optional(),
    details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    retry_after: z.int().optional().describe('Seconds.'),
    request_id: z.string(),
    timestamp: z.iso.datetime().optional().describe('Absent where the gateway itself refused.'),
  }),
});
export type ErrorResponse = z.infer<typeof errorResponseSchema>;
