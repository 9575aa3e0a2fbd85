import { Hono } from 'hono';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { ApiError, asApiError, errorAnswer } from './errors.ts';
import { ROUTES } from './routes/index.ts';
import type { Route } from './routes/route.ts';

export type { Answered, ApiDeps } from './deps.ts';

/** The HTTP API, whatever server it runs in. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    const started = deps.now();
    const bindings = c.env ?? {};
    const request_id = deps.request_id(bindings);
    c.set('request_id', request_id);
    await next();
    c.header('X-Request-ID', request_id);
    const rate_limit = bindings.requestContext?.authorizer?.rate_limit;
    if (rate_limit !== undefined) c.header('X-RateLimit-Limit', rate_limit);
    if (!c.res.headers.has('cache-control')) c.header('Cache-Control', 'no-store');
    const error_code = c.get('error_code');
    deps.on_answer?.({
      request_id,
      route: routeOf(c.req.path)?.path ?? 'unknown',
      method: c.req.method,
      status: c.res.status,
      duration_ms: deps.now() - started,
      ...(error_code === undefined ? {} : { error_code }),
    });
  });
  for (const [path, routes] of byPath()) {
    for (const route of routes) {
      const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
      app.on(methods, path, withTenant(route), route.handler(deps));
    }
    app.all(path, () => {
      const Allow = routes.map(({ method }) => method).join(', ');
      throw new ApiError('METHOD_NOT_ALLOWED', `This path takes ${Allow}`, { headers: { Allow } });
    });
  }
  // Not notFound(): what that throws passes by the middleware above.
  app.all('*', () => {
    throw new ApiError('NOT_FOUND', 'This path does not exist');
  });
  app.onError((error, c) => {
    const request_id = c.get('request_id');
    const known = asApiError(error);
    if (known === undefined) deps.on_error?.(error, request_id);
    const { status, headers, body } = errorAnswer(known, request_id, deps.now());
    c.set('error_code', body.error.code);
    return c.json(body, status, headers);
  });
  return app;
}

/** Each path as the router takes it, with its routes. */
function byPath(): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    paths.set(path, [...(paths.get(path) ?? []), route]);
  }
  return paths;
}

/** The authorizer has named the tenant; without one nobody is served, whatever let the request through. */
function withTenant({ needs_key }: Route) {
  return async (
    c: { env: ApiEnv['Bindings'] | undefined; set: (key: 'tenant', value: string) => void },
    next: () => Promise<void>,
  ): Promise<void> => {
    const tenant = c.env?.requestContext?.authorizer?.tenant;
    if (needs_key && tenant === undefined) {
      throw new ApiError('UNAUTHORIZED', 'Send your API key in the header X-API-Key');
    }
    if (tenant !== undefined) c.set('tenant', tenant);
    await next();
  };
}

const PATTERNS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

function routeOf(path: string): Route | undefined {
  return PATTERNS.find(({ pattern }) => pattern.test(path))?.route;
}
