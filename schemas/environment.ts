import { z } from 'zod';

const count = z.coerce.number().int().min(1);

/** What analysis needs, in the stream's consumer and in the API alike. */
const analysisEnvironment = {
  CACHE_TABLE: z.string().min(1),
  CACHE_TTL_SECONDS: count,
  CACHE_MEMORY_ENTRIES: count,
  COMPREHEND_MAX_IN_FLIGHT: count.describe('Calls of one execution environment at a time.'),
  DEFAULT_LANGUAGE: z.string().min(2).describe('For texts too short to tell their language.'),
};

export const TEXT_POLICIES = ['full', 'none'] as const;

/** Environment of the stream's consumer. */
export const consumerEnvironmentSchema = z.object({
  ...analysisEnvironment,
  COMPREHEND_CALLS_PER_SECOND: z.coerce
    .number()
    .positive()
    .describe('The share that one execution environment has of the quota.'),
  RESULTS_TABLE: z.string().min(1),
  RESULTS_TTL_SECONDS: count,
  DELIVERY_STREAM: z.string().min(1),
  SET_ASIDE_BUCKET: z.string().min(1),
  TEXT_POLICY: z.enum(TEXT_POLICIES),
});
export type ConsumerEnvironment = z.infer<typeof consumerEnvironmentSchema>;

/** Environment of the API's function. */
export const apiEnvironmentSchema = z.object(analysisEnvironment);
export type ApiEnvironment = z.infer<typeof apiEnvironmentSchema>;

/**
 * Parses an environment once, at start.
 *
 * @throws {Error} that names each variable that is missing or wrong, never its value.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
  throw new Error(`The environment is not complete: ${wrong}`);
}
