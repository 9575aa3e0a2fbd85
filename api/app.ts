import { type Handler, Hono } from 'hono';
import type { Analyse } from '../processors/analysis/outcome.ts';
import type { ErrorCode } from '../schemas/index.ts';
import type { ApiBindings, ApiEnv } from './env.ts';
import { ApiError, errorAnswer } from './errors.ts';
import { analyzeSync } from './routes/analyze-sync.ts';
import { health } from './routes/health.ts';

/** One answered request, for the log: nothing in it comes from the caller. */
export interface Answered {
  request_id: string;
  /** The route's pattern, or `unknown`. */
  route: string;
  method: string;
  status: number;
  duration_ms: number;
  error_code?: ErrorCode;
}

export interface ApiDeps {
  analyse: Analyse;
  /** Epoch milliseconds. */
  now: () => number;
  version: string;
  /** Names the request in headers, bodies and logs. */
  request_id: (bindings: ApiBindings) => string;
  on_answer?: (answered: Answered) => void;
  /** Hears what went wrong that is nobody's request: a bug. */
  on_error?: (error: unknown, request_id: string) => void;
}

/** Every route with its methods: what else is asked of a known path is 405, any other path 404. */
const ROUTES: Record<string, Record<string, Route>> = {
  '/analyze/sync': { POST: analyzeSync },
  '/health': { GET: health },
};
type Route = (deps: ApiDeps) => Handler<ApiEnv>;

/** The HTTP API, whatever server it runs in. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    const started = deps.now();
    const request_id = deps.request_id(c.env ?? {});
    c.set('request_id', request_id);
    await next();
    c.header('X-Request-ID', request_id);
    const error_code = c.get('error_code');
    deps.on_answer?.({
      request_id,
      route: c.req.path in ROUTES ? c.req.path : 'unknown',
      method: c.req.method,
      status: c.res.status,
      duration_ms: deps.now() - started,
      ...(error_code === undefined ? {} : { error_code }),
    });
  });
  for (const [path, methods] of Object.entries(ROUTES)) {
    for (const [method, route] of Object.entries(methods)) app.on(method, path, route(deps));
    app.all(path, () => {
      const Allow = Object.keys(methods).join(', ');
      throw new ApiError('METHOD_NOT_ALLOWED', `This path takes ${Allow}`, { headers: { Allow } });
    });
  }
  // Not notFound(): what that throws passes by the middleware above.
  app.all('*', () => {
    throw new ApiError('NOT_FOUND', 'There is nothing at this path');
  });
  app.onError((error, c) => {
    const request_id = c.get('request_id');
    if (!(error instanceof ApiError)) deps.on_error?.(error, request_id);
    const { status, headers, body } = errorAnswer(error, request_id, deps.now());
    c.set('error_code', body.error.code);
    return c.json(body, status, headers);
  });
  return app;
}
