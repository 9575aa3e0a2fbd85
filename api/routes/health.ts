import type { Context } from 'hono';
import type { HealthResponse } from '../../schemas/index.ts';
import type { ApiEnv } from '../env.ts';

/** `GET /health`: that the function runs. It asks no service: their outages show in what needs them. */
export function health(deps: { now: () => number; version: string }) {
  return (c: Context<ApiEnv>) =>
    c.json({
      status: 'ok',
      version: deps.version,
      timestamp: new Date(deps.now()).toISOString(),
    } satisfies HealthResponse);
}
