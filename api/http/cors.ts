import type { Context } from 'hono';
import { EXPOSED_HEADERS } from '../../schemas/http/cors.ts';
import type { ApiEnv } from './env.ts';

/**
 * Sets the headers that let a web page of an allowed origin read the answer. API Gateway answers the
 * preflight requests alone (infra/constructs/cors.ts).
 */
export function setCorsHeaders(c: Context<ApiEnv>, origins: string[]): void {
  if (origins.length === 0) return;
  c.header('Vary', 'Origin', { append: true });
  const origin = c.req.header('origin');
  if (origin === undefined) return;
  const allowed = origins.find((one) => one === '*' || one === origin);
  if (allowed === undefined) return;
  c.header('Access-Control-Allow-Origin', allowed);
  c.header('Access-Control-Expose-Headers', EXPOSED_HEADERS.join());
}
