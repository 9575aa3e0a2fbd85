import * as z from 'zod';

/**
 * Response of `GET /health`, which shows that the API's function runs. The route calls no other
 * service.
 */
export const healthResponseSchema = z.object({
  status: z.literal('ok'),
  version: z.string(),
  timestamp: z.iso.datetime(),
});

/**
 * The response of `GET /health`, which shows that the API runs. The route calls no other service.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { HealthResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { version }: HealthResponse = await client.health();
 */
export type HealthResponse = z.infer<typeof healthResponseSchema>;

/** The services that the API calls. */
export const DEPENDENCIES = [
  'stream',
  'results_table',
  'cache_table',
  'jobs_table',
  'counts_table',
  'history_table',
  'input_bucket',
] as const;

/**
 * Response of `GET /ready`. The HTTP status is 503 if `status` is `unavailable`, and 200 otherwise.
 */
export const readyResponseSchema = z.object({
  status: z.enum(['ready', 'unavailable']),
  dependencies: z.array(
    z.object({
      name: z.enum(DEPENDENCIES),
      status: z.enum(['ok', 'failed']),
      /** The error code of the service, if the service failed. */
      error: z.string().optional(),
      duration_ms: z.number(),
    }),
  ),
  timestamp: z.iso.datetime(),
});

/**
 * The response of `GET /ready`, which shows for each service behind the API whether the service
 * answers.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { ReadyResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const { dependencies }: ReadyResponse = await client.ready();
 * console.log(dependencies.filter(({ status }) => status === 'failed'));
 */
export type ReadyResponse = z.infer<typeof readyResponseSchema>;
