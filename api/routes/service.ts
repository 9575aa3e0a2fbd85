import * as z from 'zod';
import {
  errorResponseSchema,
  type HealthResponse,
  healthResponseSchema,
  readyResponseSchema,
} from '../../schemas/index.ts';
import { COMMON_ERRORS, type Route } from './route.ts';

const health: Route = {
  method: 'GET',
  path: '/health',
  operation_id: 'health',
  summary: 'Whether the API runs; it calls no service',
  tag: 'Service',
  access: 'open',
  answers: { 200: { description: 'The API runs', schema: healthResponseSchema } },
  errors: COMMON_ERRORS,
  handler: (deps) => (c) =>
    c.json({
      status: 'ok',
      version: deps.version,
      timestamp: new Date(deps.now()).toISOString(),
    } satisfies HealthResponse),
};

const ready: Route = {
  method: 'GET',
  path: '/ready',
  operation_id: 'ready',
  summary: 'Whether the services behind the API answer; the analyzer is not called',
  tag: 'Service',
  access: 'open',
  answers: {
    200: { description: 'Every service answers', schema: readyResponseSchema },
    503: {
      description: 'A service does not answer, and the body names it; or the API itself does not',
      schema: z.union([readyResponseSchema, errorResponseSchema]),
    },
  },
  errors: ['RATE_LIMIT_EXCEEDED', 'INTERNAL_ERROR'],
  handler: (deps) => async (c) => {
    const answer = await deps.ready();
    return c.json(answer, answer.status === 'ready' ? 200 : 503);
  },
};

export const serviceRoutes: Route[] = [health, ready];
