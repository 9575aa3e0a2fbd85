import * as z from 'zod';

/** Answer of `GET /health`: liveness, which calls nothing. */
export const healthResponseSchema = z.object({
  status: z.literal('ok'),
  version: z.string(),
  timestamp: z.iso.datetime(),
});
export type HealthResponse = z.infer<typeof healthResponseSchema>;

/** What the API needs to do its part. */
export const DEPENDENCIES = [
  'stream',
  'results_table',
  'cache_table',
  'jobs_table',
  'input_bucket',
  'lake_queries',
] as const;

/** Answer of `GET /ready`, with 503 where `status` is `unavailable`. */
export const readyResponseSchema = z.object({
  status: z.enum(['ready', 'unavailable']),
  dependencies: z.array(
    z.object({
      name: z.enum(DEPENDENCIES),
      status: z.enum(['ok', 'failed']),
      /** The service's own error code. */
      error: z.string().optional(),
      duration_ms: z.number(),
    }),
  ),
  timestamp: z.iso.datetime(),
});
export type ReadyResponse = z.infer<typeof readyResponseSchema>;
