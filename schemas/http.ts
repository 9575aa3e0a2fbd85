import { z } from 'zod';
import { SENTIMENT_LANGUAGES } from './language.ts';
import { CACHE_TIERS } from './result.ts';
import { scoresSchema, sentiment } from './verdict.ts';

/** The longest text that `POST /analyze/sync` takes, in UTF-8 bytes; longer texts go on the stream. */
export const MAX_SYNC_TEXT_BYTES = 102_400;

/** Body of `POST /analyze/sync`. */
export const syncRequestSchema = z.object({
  text: z.string().min(1, 'must not be empty'),
  options: z
    .object({
      language_code: z
        .enum(['auto', ...SENTIMENT_LANGUAGES], {
          error: `must be auto or one of ${SENTIMENT_LANGUAGES.join(', ')}`,
        })
        .default('auto'),
      include_confidence: z.boolean().default(true),
      include_pii_detection: z.boolean().default(false),
    })
    .prefault({}),
});
export type SyncRequest = z.output<typeof syncRequestSchema>;

/** Answer of `POST /analyze/sync`. `pii_detected` is null until PII detection exists: nobody has looked. */
export const syncResponseSchema = z.object({
  sentiment,
  score: z.number(),
  scores: scoresSchema,
  language_code: z.string(),
  language_source: z.enum(['given', 'detected']),
  confidence: z.number().optional(),
  pii_detected: z.boolean().nullable(),
  chunks: z.int(),
  processing_time_ms: z.number(),
  cache_hit: z.boolean(),
  cache: z.enum(CACHE_TIERS),
  request_id: z.string(),
});
export type SyncResponse = z.infer<typeof syncResponseSchema>;

export const ERROR_CODES = [
  'VALIDATION_ERROR',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Every error of the API has this shape; none echoes the caller's text. */
export const errorResponseSchema = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    field: z.string().optional(),
    details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    retry_after: z.int().optional().describe('Seconds.'),
    request_id: z.string(),
    timestamp: z.iso.datetime(),
  }),
});
export type ErrorResponse = z.infer<typeof errorResponseSchema>;

/** Answer of `GET /health`: liveness, which calls nothing. */
export const healthResponseSchema = z.object({
  status: z.literal('ok'),
  version: z.string(),
  timestamp: z.iso.datetime(),
});
export type HealthResponse = z.infer<typeof healthResponseSchema>;
